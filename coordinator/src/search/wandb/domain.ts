/** A W&B parameter's values or distribution as a sweep file's domain. */
import { didYouMean } from '@adt/proto/nearest';
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import { readDomain } from '../domain.js';
import { at, type Findings, quote } from '../finding.js';
import { boundsOf, type Mapping } from '../read.js';
import { type Notes, note, refuseAll } from './note.js';

/** Keys of a parameter (docs.wandb.ai, "Sweep configuration options"). */
const KEYS = ['value', 'values', 'distribution', 'probabilities', 'min', 'max', 'mu', 'sigma', 'q', 'a', 'b'];

type Context = { name: Hyperparameter; entry: Mapping; path: string; isGrid: boolean; notes: Notes };

/** null after saying why not. What comes out, the sweep file's own reader has accepted. */
export function translateDomain(context: Context): Mapping | null {
  const { name, entry, path, isGrid, notes } = context;
  for (const key of Object.keys(entry)) {
    if (!KEYS.includes(key))
      note(notes, 'refused', at(path, key), `is not a key of a W&B parameter${didYouMean(key, KEYS)}`);
  }
  const before = notes.length;
  const domain = domainOf(context, distributionOf(entry));
  if (domain === null) return null;
  const findings: Findings = [];
  // Of the methods, the reader tells only grid from the rest.
  readDomain({ name, entry: domain, path, method: isGrid ? 'grid' : 'random', findings });
  refuseAll(notes, findings);
  if (findings.length > 0) return null;
  if (notes.length === before) note(notes, 'kept', path, inWords(domain));
  return domain;
}

/** What W&B takes where a distribution is not stated. */
function distributionOf(entry: Mapping): string {
  if (entry.distribution !== undefined)
    return typeof entry.distribution === 'string' ? entry.distribution : '';
  if ('value' in entry) return 'constant';
  if ('values' in entry) return 'categorical';
  if ('mu' in entry || 'sigma' in entry) return 'normal';
  const whole = Number.isInteger(entry.min) && Number.isInteger(entry.max);
  return whole ? 'int_uniform' : 'uniform';
}

function domainOf(context: Context, distribution: string): Mapping | null {
  const { entry, path, notes } = context;
  switch (distribution) {
    case 'constant':
      return { value: entry.value };
    case 'categorical':
    case 'categorical_w_probabilities':
      return listOf(context);
    case 'int_uniform':
      return wholeRange(context);
    case 'uniform':
      return rangeOf(context);
    case 'q_uniform':
      return steppedRange(context);
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'q_log_uniform_values':
      return logRange(context, distribution, [entry.min, entry.max]);
    case 'log_uniform':
    case 'q_log_uniform':
      return logRange(context, distribution, [exponential(entry.min), exponential(entry.max)]);
    case 'inv_log_uniform':
      return logRange(context, distribution, [
        exponential(negated(entry.max)),
        exponential(negated(entry.min)),
      ]);
    default:
      note(notes, 'refused', at(path, 'distribution'), whyNot(distribution, entry));
      return null;
  }
}

function listOf({ entry, path, isGrid, notes }: Context): Mapping {
  const { values, probabilities } = entry;
  if (probabilities === undefined) return { values };
  if (!isGrid) return { values, probabilities };
  note(notes, 'dropped', at(path, 'probabilities'), 'a grid runs every value');
  return { values };
}

function rangeOf({ name, entry, path, notes }: Context): Mapping {
  if (boundsOf(name).integer)
    note(notes, 'translated', path, `uniform: ${name} is drawn as a whole number here`);
  return { min: entry.min, max: entry.max };
}

/** W&B draws whole numbers where both ends are whole, whatever the parameter. */
function wholeRange({ name, entry, path, notes }: Context): Mapping {
  const { min, max } = entry;
  if (boundsOf(name).integer) return { min, max };
  const message = `W&B draws whole numbers between whole ends, so step 1; drop the step if any ${name} will do`;
  note(notes, 'translated', path, message);
  return { min, max, step: 1 };
}

/** W&B rounds a draw to a multiple of q; here steps count from min, so the ends become multiples. */
function steppedRange({ entry, path, notes }: Context): Mapping {
  const { min, max, q = 1 } = entry;
  if (typeof min !== 'number' || typeof max !== 'number' || typeof q !== 'number' || !(q > 0))
    return { min, max, step: q };
  // A billionth of slack: 0.3 / 0.1 is 2.9999999999999996.
  const low = tidy(Math.ceil(min / q - 1e-9) * q);
  const high = tidy(Math.floor(max / q + 1e-9) * q);
  const moved =
    low === min && high === max ? '' : `, from ${low} to ${high}: the multiples of q within the range`;
  note(notes, 'translated', at(path, 'q'), `q_uniform: q ${q} is step ${q}${moved}`);
  return low === high ? { value: low } : { min: low, max: high, step: q };
}

function logRange(
  { name, entry, path, notes }: Context,
  distribution: string,
  ends: [unknown, unknown],
): Mapping {
  const [min, max] = ends;
  const isExponent = !distribution.endsWith('_values');
  if (isExponent) {
    // Both ends above 0 would be values above 1, which few take on a log scale: the other distribution was meant.
    const doubt =
      Number(entry.min) > 0 ? '; if they were meant as values, say log_uniform_values in W&B' : '';
    const message = `${distribution}: min and max are exponents of e there, values from ${min} to ${max} here${doubt}`;
    note(notes, 'translated', path, message);
  } else if (distribution === 'inv_log_uniform_values')
    note(notes, 'translated', path, `${distribution} is log_uniform_values between the same ends`);
  if ('q' in entry || distribution.startsWith('q_')) {
    const q = entry.q ?? 1;
    const message =
      boundsOf(name).integer && q === 1 ? 'whole numbers are drawn anyway' : 'a log range has no step here';
    note(notes, 'dropped', at(path, 'q'), message);
  }
  return { distribution: 'log_uniform_values', min, max };
}

function whyNot(distribution: string, { mu = 0, sigma = 1 }: Mapping): string {
  const [centre, spread] = [Number(mu), Number(sigma)];
  const [low, high] = [tidy(centre - 2 * spread), tidy(centre + 2 * spread)];
  switch (distribution) {
    case 'normal':
    case 'q_normal':
      return `${distribution} has no bounds, which a search here needs: write min: ${low}, max: ${high} (mu ± 2 sigma)`;
    case 'log_normal':
    case 'q_log_normal':
      return `${distribution} has no bounds, which a search here needs: write distribution: log_uniform_values, min: ${exponential(low)}, max: ${exponential(high)} (two sigma each way)`;
    case 'beta':
    case 'q_beta':
      return `${distribution} is not drawn here: write min: 0, max: 1, or list values with probabilities`;
    default:
      return `${quote(distribution)} is not a W&B distribution that is known here${didYouMean(distribution, DISTRIBUTIONS)}`;
  }
}

const DISTRIBUTIONS = [
  'constant',
  'categorical',
  'int_uniform',
  'uniform',
  'q_uniform',
  'log_uniform',
  'log_uniform_values',
  'q_log_uniform',
  'q_log_uniform_values',
  'inv_log_uniform',
  'inv_log_uniform_values',
];

function exponential(exponent: unknown): unknown {
  return typeof exponent === 'number' ? tidy(Math.exp(exponent)) : exponent;
}

function negated(value: unknown): unknown {
  return typeof value === 'number' ? -value : value;
}

/** Six significant digits, as drawn values have. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}

function inWords(domain: Mapping): string {
  return Object.entries(domain)
    .map(([key, value]) => `${key} ${quote(value)}`)
    .join(', ');
}
