/** What is wrong with a sweep file: findings with their paths, collected all at once, and how they are worded. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';

/** Machine-readable reason of a refusal, the same words on gRPC, HTTP and the command line. */
export type Reason =
  | 'PARSE_ERROR'
  | 'SPACE_INVALID'
  | 'SWEEP_TOO_LARGE'
  | 'UNKNOWN_DATASET'
  | 'UNSATISFIABLE';

export type Finding = FieldViolation & { reason: Reason };
export type Findings = Finding[];

/** More than this fits neither a screen nor a gRPC trailer (8 KiB by convention). */
const MAX_VIOLATIONS = 24;
const MAX_MESSAGE = 240;

export function refuse(findings: Findings, path: string, message: string, reason: Reason = 'SPACE_INVALID') {
  findings.push({ path, message, reason });
}

/** The list that goes on the wire: repeats and the overlong cut, the rest counted. */
export function toViolations(findings: readonly FieldViolation[]): FieldViolation[] {
  const seen = new Map(
    findings.map(({ path, message }) => [
      `${path}\n${message}`,
      { path, message: clip(message, MAX_MESSAGE) },
    ]),
  );
  const all = [...seen.values()];
  if (all.length <= MAX_VIOLATIONS) return all;
  const more = all.length - (MAX_VIOLATIONS - 1);
  return [...all.slice(0, MAX_VIOLATIONS - 1), { path: '', message: `and ${more} more` }];
}

/** One reason for the whole: the specific one when nothing else is wrong. */
export function reasonOf(findings: readonly Finding[]): Reason {
  const reasons = new Set(findings.map((finding) => finding.reason));
  const [only] = reasons;
  return reasons.size === 1 && only !== undefined ? only : 'SPACE_INVALID';
}

/** `parameters` + `lr` is `parameters.lr`; a list's index is given as `[2]`. */
export function at(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  const name = clip(printable(key), 64);
  return path === '' ? name : `${path}.${name}`;
}

/** A value as a message shows it: short, one line, no control characters. */
export function quote(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number') return String(value);
  return clip(printable(JSON.stringify(value) ?? String(value)), 60);
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
