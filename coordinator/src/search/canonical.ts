/** What makes two configurations the same: one spelling of a value, and its hash. */
import { createHash } from 'node:crypto';
import type { TrainingConfig } from '@adt/proto/trainingConfig';

/** JSON with sorted keys and without undefined members; numbers as ECMAScript prints them (RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value === undefined ? null : value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * SHA-256 over everything that decides a training but its seed. The data set counts by its content, not its name.
 * @returns 64 hex digits
 */
export function configHash({ seed: _seed, dataset: _name, ...rest }: TrainingConfig): string {
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}
