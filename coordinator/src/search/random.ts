/** Random search in one stratum: the ordinal-th configuration from (sampler seed, stratum, ordinal), none twice. */
import type { Domain, Parameter, Range } from './document.js';
import { type Assignment, countConfigurations, domainSize, expandGrid, isActive, valueAt } from './grid.js';
import { HYPERPARAMETERS } from './parameters.js';
import { type Key, keyOf, uniform } from './philox.js';
import { indexTaken, type Taken } from './taken.js';

/** A space whose new configurations are this rare counts as exhausted. */
const MAX_REDRAWS = 1000;

/**
 * Up to `wanted` distinct configurations; fewer when the space holds no more.
 * @param stratum names the stratum in the key: adding an arm to a sweep leaves the other arms' draws as they were
 */
export function drawRandom(
  parameters: readonly Parameter[],
  wanted: number,
  samplerSeed: number,
  stratum: readonly string[],
): Assignment[] {
  const key = randomKey(samplerSeed, stratum);
  if (countConfigurations(parameters) <= wanted) return shuffled([...expandGrid(parameters)], key);
  const taken = indexTaken(parameters, []);
  const drawn: Assignment[] = [];
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const next = drawNew(parameters, key, ordinal, taken);
    if (next === null) break;
    taken.add(next);
    drawn.push(next);
  }
  return drawn;
}

/** The key of a stratum's random draws. */
export function randomKey(samplerSeed: number, stratum: readonly string[]): Key {
  return keyOf('random', samplerSeed, ...stratum);
}

/** The first of an ordinal's draws that is new; null where MAX_REDRAWS of them were not. */
export function drawNew(
  parameters: readonly Parameter[],
  key: Key,
  ordinal: number,
  taken: Taken,
): Assignment | null {
  for (let redraw = 0; redraw < MAX_REDRAWS; redraw++) {
    const assignment = draw(parameters, key, ordinal, redraw);
    if (!taken.has(assignment)) return assignment;
  }
  return null;
}

/** An ordinal's configuration at a redraw, whether it is new or not. */
export function draw(
  parameters: readonly Parameter[],
  key: Key,
  ordinal: number,
  redraw: number,
): Assignment {
  const chosen: Assignment = {};
  for (const parameter of parameters) {
    if (!isActive(parameter, chosen)) continue;
    // By name, not by place: declaring another parameter leaves this one's draws as they were.
    const lane = HYPERPARAMETERS.indexOf(parameter.name);
    chosen[parameter.name] = pick(parameter.domain, uniform([ordinal, redraw, lane, 0], key));
  }
  return chosen;
}

/** The value of a domain at `u` in [0, 1). */
export function pick(domain: Domain, u: number): number {
  if (domain.kind === 'choice')
    return valueAt(domain, choiceIndex(domain.probabilities, domain.values.length, u));
  if (domain.scale === 'log') return pickLog(domain, u);
  const size = domainSize(domain);
  if (Number.isFinite(size)) return valueAt(domain, Math.floor(u * size));
  return tidy(domain.low + u * (domain.high - domain.low), domain);
}

function choiceIndex(probabilities: readonly number[] | null, count: number, u: number): number {
  if (probabilities === null) return Math.floor(u * count);
  let sum = 0;
  const index = probabilities.findIndex((share) => {
    sum += share;
    return u < sum;
  });
  return index === -1 ? count - 1 : index;
}

/** A log range as logarithms. Whole numbers get the interval around them: ends are as likely as their density says. */
export function logEnds({ low, high, integer }: Range): [from: number, to: number] {
  const slack = integer ? 0.5 : 0;
  return [Math.log(Math.max(low - slack, 0.5 * low)), Math.log(high + slack)];
}

function pickLog(range: Range, u: number): number {
  const [from, to] = logEnds(range);
  const { low, high, integer } = range;
  const value = Math.exp(from + u * (to - from));
  return integer ? Math.min(Math.max(Math.round(value), low), high) : tidy(value, range);
}

/** Six significant digits: what a table shows is what ran. */
function tidy(value: number, { low, high }: Pick<Range, 'low' | 'high'>): number {
  return Math.min(Math.max(Number(value.toPrecision(6)), low), high);
}

/** Fisher and Yates, from the back. */
function shuffled<Item>(items: readonly Item[], key: Key): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(uniform([last, 0, 0, 1], key) * (last + 1));
    const held = result[last] as Item;
    result[last] = result[other] as Item;
    result[other] = held;
  }
  return result;
}
