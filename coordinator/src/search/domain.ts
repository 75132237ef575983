/** One parameter's domain: a value, a list, or a range, read from its entry in the sweep file. */
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import type { Choice, Domain, Method, Range } from './document.js';
import { at, type Findings, quote, refuse } from './finding.js';
import {
  type Bounds,
  boundsOf,
  type Mapping,
  readList,
  readNumber,
  readOneOf,
  refuseRepeats,
} from './read.js';

const DISTRIBUTIONS = ['uniform', 'log_uniform_values', 'int_uniform'] as const;

/** Keys of the three forms; `when` goes with each. */
const FORMS = {
  value: ['value'],
  values: ['values', 'probabilities'],
  range: ['min', 'max', 'distribution', 'step'],
} as const;

export const DOMAIN_KEYS = Object.values(FORMS).flat();

/** What W&B calls otherwise, and what has no meaning here. */
export const DOMAIN_HINTS = { q: 'is called step here' };

type Context = { name: Hyperparameter; entry: Mapping; path: string; method: Method; findings: Findings };

export function readDomain(context: Context): Domain | null {
  const { entry, path, findings } = context;
  const form = 'value' in entry ? 'value' : 'values' in entry ? 'values' : 'range';
  if (form === 'range' && !('min' in entry) && !('max' in entry)) {
    refuse(findings, path, 'needs value, values, or min and max');
    return null;
  }
  const allowed: readonly string[] = FORMS[form];
  for (const key of DOMAIN_KEYS) {
    if (key in entry && !allowed.includes(key))
      refuse(findings, at(path, key), `does not go with ${allowed[0]}`);
  }
  if (form === 'range') return readRange(context);
  return form === 'value' ? readValue(context) : readValues(context);
}

function readValue({ name, entry, path, findings }: Context): Choice | null {
  const value = readNumber(entry.value, at(path, 'value'), boundsOf(name), findings);
  return value === null ? null : { kind: 'choice', values: [value], probabilities: null };
}

function readValues(context: Context): Choice | null {
  const { name, entry, findings } = context;
  const path = at(context.path, 'values');
  const bounds = boundsOf(name);
  const list = readList(entry.values, path, findings);
  if (list === null) return null;
  const values = list.map((value, index) => readNumber(value, at(path, index), bounds, findings));
  refuseRepeats(list, path, findings);
  const probabilities = 'probabilities' in entry ? readProbabilities(context, values.length) : null;
  return { kind: 'choice', values: values.filter((value) => value !== null), probabilities };
}

function readProbabilities(context: Context, count: number): number[] | null {
  const { entry, method, findings } = context;
  const path = at(context.path, 'probabilities');
  if (method === 'grid') refuse(findings, path, 'go with method random: a grid runs every value');
  const list = readList(entry.probabilities, path, findings);
  if (list === null) return null;
  if (list.length !== count)
    refuse(findings, path, `must be as many as values (got ${list.length} for ${count})`);
  const bounds = { integer: false, min: 0, max: 1, minExcluded: true, maxExcluded: false };
  const shares = list.map((share, index) => readNumber(share, at(path, index), bounds, findings));
  if (shares.includes(null)) return null;
  const sum = shares.reduce((total: number, share) => total + (share ?? 0), 0);
  if (Math.abs(sum - 1) > 1e-6) refuse(findings, path, `must sum to 1 (got ${Number(sum.toPrecision(6))})`);
  return shares.filter((share) => share !== null);
}

function readRange(context: Context): Range | null {
  const { name, path, findings } = context;
  const bounds = boundsOf(name);
  const scale = readScale(context, bounds);
  const low = readEnd(context, 'min', bounds, scale);
  const high = readEnd(context, 'max', bounds, scale);
  if (low === null || high === null) return null;
  if (low >= high) {
    refuse(findings, at(path, 'max'), `must be above min ${low} (got ${high})`);
    return null;
  }
  const range = { kind: 'range', scale, low, high, step: null, integer: bounds.integer } as const;
  return { ...range, step: readStep(context, range) };
}

function readScale({ name, entry, path, findings }: Context, { integer }: Bounds): 'linear' | 'log' {
  if (entry.distribution === undefined) return 'linear';
  const where = at(path, 'distribution');
  const distribution = readOneOf(entry.distribution, where, DISTRIBUTIONS, findings);
  if (distribution === 'int_uniform' && !integer)
    refuse(findings, where, `is for whole numbers: ${name} takes uniform or log_uniform_values`);
  return distribution === 'log_uniform_values' ? 'log' : 'linear';
}

function readEnd(context: Context, key: 'min' | 'max', bounds: Bounds, scale: 'linear' | 'log') {
  const { entry, findings } = context;
  const path = at(context.path, key);
  const value = entry[key];
  if (value === undefined) {
    refuse(findings, path, `is required beside ${key === 'min' ? 'max' : 'min'}`);
    return null;
  }
  if (scale === 'log' && typeof value === 'number' && value <= 0) {
    refuse(findings, path, `must be > 0 on a log scale (got ${quote(value)})`);
    return null;
  }
  return readNumber(value, path, bounds, findings);
}

function readStep({ entry, path, method, findings }: Context, range: Range): number | null {
  const where = at(path, 'step');
  if (entry.step === undefined) {
    const endless = range.scale === 'log' || !range.integer;
    if (method === 'grid' && endless)
      refuse(
        findings,
        path,
        range.scale === 'log'
          ? 'is a log range: a grid needs it as values'
          : 'is a continuous range: a grid needs step or values',
      );
    return null;
  }
  if (range.scale === 'log') {
    refuse(findings, where, 'does not go with log_uniform_values: list the values instead');
    return null;
  }
  const bounds = {
    integer: range.integer,
    min: 0,
    max: Number((range.high - range.low).toPrecision(12)),
    minExcluded: true,
    maxExcluded: false,
  };
  return readNumber(entry.step, where, bounds, findings);
}
