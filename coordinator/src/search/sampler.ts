/** One question to every sampler: what a stratum tries next, given all that it has tried. */
import type { Parameter } from './document.js';
import { type Assignment, countConfigurations, domainSize, expandGrid, isActive } from './grid.js';
import { isScored, type Observation, type Suggestion } from './history.js';
import { type Key, keyOf, uniform } from './philox.js';
import { drawNew, pick, randomKey } from './random.js';
import { sobolPoint } from './sobol.js';
import { indexTaken, type Taken } from './taken.js';
import { suggestTpe, TPE } from './tpe.js';

export const SAMPLERS = ['random', 'sobol', 'tpe'] as const;
export type Sampler = (typeof SAMPLERS)[number];

export type SuggestParams = {
  method: Sampler;
  /** Of the stratum: parents first, conditions on arms settled. */
  parameters: readonly Parameter[];
  samplerSeed: number;
  /** Names the stratum: its samplers draw apart from all others'. */
  stratum: readonly string[];
  /** Every configuration of the stratum so far, in the order of suggestion. */
  history: readonly Observation[];
};

/** Where a stratum stands. */
type Place = Pick<SuggestParams, 'parameters' | 'samplerSeed' | 'stratum'> & {
  ordinal: number;
  taken: Taken;
};
type Question = SuggestParams & Place;

/** A larger space is not listed: no sweep has as many runs. */
const MOST_LISTED = 50_000;

/**
 * The next configuration of a stratum, its ordinal being history.length: a function of the parameters alone, the same
 * on every machine, and new, whatever became of the trials in the history.
 * @returns null when the space holds no other
 */
export function suggest(params: SuggestParams): Suggestion | null {
  const { method, parameters, history } = params;
  const taken = indexTaken(
    parameters,
    history.map(({ assignment }) => assignment),
  );
  const question = { ...params, ordinal: history.length, taken };
  switch (method) {
    case 'random':
      return suggestRandom(question, 'random');
    case 'sobol':
      return suggestSobol(question, `Sobol point ${question.ordinal + 1}`);
    case 'tpe':
      return suggestModelled(question);
    default:
      throw new TypeError(`no sampler ${method satisfies never}`);
  }
}

/** The first configurations of Sobol search, as `suggest` would give them one by one; fewer when the space holds no more. */
export function drawSobol(
  parameters: readonly Parameter[],
  wanted: number,
  samplerSeed: number,
  stratum: readonly string[],
): Assignment[] {
  const taken = indexTaken(parameters, []);
  const drawn: Assignment[] = [];
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const next = suggestSobol({ parameters, samplerSeed, stratum, ordinal, taken }, 'Sobol');
    if (next === null) break;
    taken.add(next.assignment);
    drawn.push(next.assignment);
  }
  return drawn;
}

/** Sobol's points until there is enough to model. */
function suggestModelled(question: Question): Suggestion | null {
  const { parameters, history, samplerSeed, stratum, taken, ordinal } = question;
  const results = history.filter(isScored).length;
  if (results < TPE.startups) {
    const progress = ordinal < TPE.startups ? `${ordinal + 1} of` : `${results} results so far of`;
    return suggestSobol(question, `start-up ${progress} ${TPE.startups} (Sobol)`);
  }
  const modelled = suggestTpe({ parameters, history, key: keyOf('tpe', samplerSeed, ...stratum), taken });
  return modelled ?? suggestRandom(question, `TPE: all ${TPE.candidates} candidates came before; random`);
}

/** In a space of few values a point may give what an earlier one gave: a random configuration stands in for it. */
function suggestSobol(question: Place, reason: string): Suggestion | null {
  const { parameters, samplerSeed, stratum, ordinal, taken } = question;
  const assignment = sobolAssignment(parameters, keyOf('sobol', samplerSeed, ...stratum), ordinal);
  if (!taken.has(assignment)) return { assignment, reason };
  return suggestRandom(question, `${reason}, came before; random`);
}

/** Dimensions by place among the parameters that have a choice: the first ones are the most even. */
function sobolAssignment(parameters: readonly Parameter[], key: Key, index: number): Assignment {
  const chosen: Assignment = {};
  let dimensions = 0;
  for (const parameter of parameters) {
    const dimension = domainSize(parameter.domain) === 1 ? null : dimensions++;
    if (!isActive(parameter, chosen)) continue;
    const u = dimension === null ? 0 : sobolPoint(index, dimension, key);
    chosen[parameter.name] = pick(parameter.domain, u);
  }
  return chosen;
}

/** Drawn anew until it is new; in a space that is almost exhausted, one of those that are left. */
function suggestRandom(
  { parameters, samplerSeed, stratum, ordinal, taken }: Place,
  reason: string,
): Suggestion | null {
  const key = randomKey(samplerSeed, stratum);
  const drawn = drawNew(parameters, key, ordinal, taken);
  if (drawn !== null) return { assignment: drawn, reason };
  if (countConfigurations(parameters) > MOST_LISTED) return null;
  const left = [...expandGrid(parameters)].filter((assignment) => !taken.has(assignment));
  const assignment = left[Math.floor(uniform([ordinal, 0, 0, 2], key) * left.length)];
  return assignment === undefined ? null : { assignment, reason: `${reason}, of the last ${left.length}` };
}
