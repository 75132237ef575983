/** Readers of plain values: each returns what it read, or null after saying what is wrong with it. */

import { didYouMean } from '@adt/proto/nearest';
import { type Hyperparameter, hyperparameterSchemas } from '@adt/proto/trainingConfig';
import { z } from 'zod';
import { at, type Findings, quote, refuse } from './finding.js';

export type Mapping = Record<string, unknown>;

export type Bounds = {
  integer: boolean;
  min: number;
  max: number;
  minExcluded: boolean;
  maxExcluded: boolean;
};

/**
 * A mapping with none but the allowed keys.
 * @param hints what to say of keys that people look for here and that belong elsewhere
 */
export function readMapping(
  value: unknown,
  path: string,
  allowed: readonly string[],
  findings: Findings,
  hints: Readonly<Record<string, string>> = {},
): Mapping | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(findings, path, `must be a mapping with ${allowed.join(', ')} (got ${quote(value)})`);
    return null;
  }
  for (const key of Object.keys(value)) {
    if (allowed.includes(key)) continue;
    const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
    const guess = didYouMean(key, allowed) || `: known are ${allowed.join(', ')}`;
    refuse(findings, at(path, key), hint ?? `is not a known key${guess}`);
  }
  return value as Mapping;
}

export function readList(value: unknown, path: string, findings: Findings): unknown[] | null {
  if (Array.isArray(value) && value.length > 0) return value;
  refuse(findings, path, `must be a list of at least one value (got ${quote(value)})`);
  return null;
}

export function readOneOf<Word extends string>(
  value: unknown,
  path: string,
  allowed: readonly Word[],
  findings: Findings,
): Word | null {
  const word = allowed.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const guess = typeof value === 'string' ? didYouMean(value, allowed) : '';
  refuse(findings, path, `must be one of ${allowed.join(', ')} (got ${quote(value)})${guess}`);
  return null;
}

export function readNumber(value: unknown, path: string, bounds: Bounds, findings: Findings): number | null {
  if (typeof value === 'number' && holds(value, bounds)) return value === 0 ? 0 : value;
  refuse(findings, path, `must be ${describe(bounds)} (got ${quote(value)})`);
  return null;
}

/** A whole number in [min, max]. */
export function readInteger(
  value: unknown,
  path: string,
  [min, max]: readonly [number, number],
  findings: Findings,
): number | null {
  return readNumber(
    value,
    path,
    { integer: true, min, max, minExcluded: false, maxExcluded: false },
    findings,
  );
}

/** Reports a value that a list holds twice. */
export function refuseRepeats(values: readonly unknown[], path: string, findings: Findings): void {
  const seen = new Set<unknown>();
  values.forEach((value, index) => {
    if (seen.has(value)) refuse(findings, at(path, index), `${quote(value)} is listed twice`);
    seen.add(value);
  });
}

/** The bounds of a hyper-parameter, taken from the one schema that checks trainings. */
export function boundsOf(name: Hyperparameter): Bounds {
  const { type, minimum, maximum, ...json } = z.toJSONSchema(hyperparameterSchemas[name]);
  // Draft 2020-12: the exclusive bounds are numbers; the types still allow draft 4's booleans.
  const minExcluded = typeof json.exclusiveMinimum === 'number';
  const maxExcluded = typeof json.exclusiveMaximum === 'number';
  const min = minExcluded ? Number(json.exclusiveMinimum) : (minimum ?? Number.NEGATIVE_INFINITY);
  const max = maxExcluded ? Number(json.exclusiveMaximum) : (maximum ?? Number.POSITIVE_INFINITY);
  return { integer: type === 'integer', min, max, minExcluded, maxExcluded };
}

function holds(value: number, bounds: Bounds): boolean {
  if (!Number.isFinite(value) || (bounds.integer && !Number.isInteger(value))) return false;
  const above = bounds.minExcluded ? value > bounds.min : value >= bounds.min;
  return above && (bounds.maxExcluded ? value < bounds.max : value <= bounds.max);
}

function describe({ integer, min, max, minExcluded, maxExcluded }: Bounds): string {
  const kind = integer ? 'a whole number' : 'a number';
  if (!minExcluded && !maxExcluded) return `${kind} from ${min} to ${max}`;
  return `${kind} ${minExcluded ? '>' : '≥'} ${min} and ${maxExcluded ? '<' : '≤'} ${max}`;
}
