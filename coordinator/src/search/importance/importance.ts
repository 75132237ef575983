/**
 * Which parameters matter, by PED-ANOVA (parzen.ts names the paper), for the metric or for the duration: in each
 * stratum among the configurations in which the parameter was active, and over all strata.
 */
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import type { Parameter } from '../document.js';
import type { Observation } from '../history.js';
import { type Divergence, divergenceOf, MIN_CONFIGURATIONS, type Rated } from './parameterImportance.js';

export type ImportanceTarget = 'metric' | 'duration';

/** A configuration's history with the time it took. */
export type TimedObservation = Observation & {
  /** Mean seconds of its whole trainings, of all phases; null while none is done. */
  seconds: number | null;
};

export type StratumName = { dataset: string; model: string; loss: string };
export type StratumHistory = StratumName & { observations: readonly TimedObservation[] };

export type ParameterImportance = Divergence & {
  name: Hyperparameter;
  /**
   * What `raw` has above `noise`, as a share of the most that a top of this size can have: about 0 to 1, comparable
   * between parameters, strata and sweeps.
   */
  strength: number;
  /** `strength` over the sum of all: sums to 1, or is 0 throughout where nothing stands out of the noise. */
  share: number;
};

export type Importances = {
  /** Largest share first. Parameters with a single value are absent. */
  measured: readonly ParameterImportance[];
  /** Not enough trials: configurations so far, and how many it takes. */
  lacking: readonly { name: Hyperparameter; configurations: number; needed: number }[];
};

export type ImportanceReport = {
  target: ImportanceTarget;
  strata: readonly (StratumName & Importances)[];
  /**
   * Over the strata in which a parameter was measured: the mean of its figures, weighted by configurations, so that a
   * parameter of one loss is not thought small for being absent from the others. `lacking` in all strata only.
   */
  combined: Importances;
};

/**
 * @param parameters the searched ones with their domains, as the sweep file's document has them; others are not asked
 */
export function importanceOf(params: {
  target: ImportanceTarget;
  parameters: readonly Pick<Parameter, 'name' | 'domain'>[];
  strata: readonly StratumHistory[];
}): ImportanceReport {
  const { target, parameters } = params;
  const strata = params.strata.map(({ dataset, model, loss, observations }) => {
    const scored = scoredFor(target, observations);
    return { dataset, model, loss, ...importancesOf(parameters, scored) };
  });
  return { target, strata, combined: combine(parameters, strata) };
}

type Scored = { assignment: Observation['assignment']; score: number };

/**
 * Metric: ranks in place of scores, pruned ones below all that were trained to the end: they were stopped for being
 * worse, at a step where scores are lower. Duration: only whole trainings took the time of their configuration.
 */
function scoredFor(target: ImportanceTarget, observations: readonly TimedObservation[]): Scored[] {
  if (target === 'duration')
    return observations.flatMap(({ assignment, outcome, seconds }) =>
      outcome === 'done' && seconds !== null ? [{ assignment, score: -seconds }] : [],
    );
  const rated = observations.filter(
    (observation): observation is TimedObservation & { score: number } =>
      (observation.outcome === 'done' || observation.outcome === 'pruned') && observation.score !== null,
  );
  const below = (outcome: Observation['outcome']) => (outcome === 'pruned' ? 0 : 1);
  rated.sort((a, b) => below(a.outcome) - below(b.outcome) || a.score - b.score);
  let rank = 0;
  return rated.map(({ assignment, outcome, score }, index) => {
    const before = rated[index - 1];
    if (before === undefined || before.outcome !== outcome || before.score !== score) rank = index;
    return { assignment, score: rank };
  });
}

function importancesOf(
  parameters: readonly Pick<Parameter, 'name' | 'domain'>[],
  scored: readonly Scored[],
): Importances {
  const measured: Omit<ParameterImportance, 'share'>[] = [];
  const lacking: Importances['lacking'][number][] = [];
  for (const parameter of parameters) {
    const { name } = parameter;
    const rated: Rated[] = scored.flatMap(({ assignment, score }) => {
      const value = assignment[name];
      return value === undefined ? [] : [{ value, score }];
    });
    const found = divergenceOf(parameter, rated);
    if (found === 'single') continue;
    if (found === null) lacking.push({ name, configurations: rated.length, needed: MIN_CONFIGURATIONS });
    else measured.push({ name, ...found, strength: strengthOf(found) });
  }
  return { measured: withShares(measured), lacking };
}

/** A top that holds a share γ of all diverges by 1/γ − 1 at most: when the parameter alone decides. */
function strengthOf({ raw, noise, configurations, top }: Divergence): number {
  return top === configurations ? 0 : (Math.max(0, raw - noise) * top) / (configurations - top);
}

function withShares(measured: readonly Omit<ParameterImportance, 'share'>[]): ParameterImportance[] {
  const sum = measured.reduce((total, { strength }) => total + strength, 0);
  return measured
    .map((found) => ({ ...found, share: sum === 0 ? 0 : found.strength / sum }))
    .sort((a, b) => b.share - a.share);
}

function combine(
  parameters: readonly Pick<Parameter, 'name'>[],
  strata: readonly Importances[],
): Importances {
  const measured = parameters.flatMap(({ name }) => {
    const found = strata.flatMap((stratum) => stratum.measured.filter((one) => one.name === name));
    return found.length === 0 ? [] : [meanOf(name, found)];
  });
  const lacking = parameters.flatMap(({ name }) => {
    const found = strata.flatMap((stratum) => stratum.lacking.filter((one) => one.name === name));
    if (found.length === 0 || measured.some((one) => one.name === name)) return [];
    return [found.reduce((most, one) => (one.configurations > most.configurations ? one : most))];
  });
  return { measured: withShares(measured), lacking };
}

function meanOf(
  name: Hyperparameter,
  found: readonly ParameterImportance[],
): Omit<ParameterImportance, 'share'> {
  const total = (key: 'configurations' | 'top') => found.reduce((sum, one) => sum + one[key], 0);
  const configurations = total('configurations');
  const mean = (key: 'raw' | 'noise' | 'strength') =>
    found.reduce((sum, one) => sum + one[key] * one.configurations, 0) / configurations;
  return {
    name,
    raw: mean('raw'),
    noise: mean('noise'),
    strength: mean('strength'),
    configurations,
    top: total('top'),
  };
}
