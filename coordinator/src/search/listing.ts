/** What a sweep would run, as a table to look over before it is submitted. */
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import { assignmentOf } from './assignment.js';
import type { CompiledSweep } from './compile.js';
import { ARMS, type ParameterName } from './document.js';
import { HYPERPARAMETERS } from './parameters.js';
import { type CompiledTrial, compileTrials, type SearchPlan, type TrialPlace } from './plan.js';
import { knownFirst, representatives } from './representatives.js';

export type Listing = {
  /** What differs between configurations: arms first, then parameters as the README lists them. */
  columns: readonly ParameterName[];
  /** One a configuration, in the order to begin; null where a parameter is not active. */
  rows: readonly (readonly (string | number | null)[])[];
  /** What all of them share where it is active, `topk` and the metric left out. */
  common: Readonly<Partial<Record<ParameterName, string | number>>>;
  seeds: readonly number[];
  configurations: number;
  runs: number;
  /** Configurations beyond the rows. */
  more: number;
  /** Of these, those that nobody knows yet: a model suggests them from the results of the others. */
  suggested: number;
};

export const LISTED = 50;

/**
 * Lists the configurations of a compiled sweep, seeds taken together; of `tpe`, those that it begins with.
 * @param limit rows at most
 */
export function listConfigurations(
  { plan, trials: planned, configurations: all, runs }: Listed,
  limit = LISTED,
): Listing {
  const trials = planned.length > 0 ? planned : knownTrials(plan);
  const firsts = new Map<string, CompiledTrial>();
  for (const trial of trials) if (!firsts.has(trial.configHash)) firsts.set(trial.configHash, trial);
  const configurations = [...firsts.values()].map(valuesOf);
  const seen = new Map<ParameterName, Set<string | number>>();
  for (const values of configurations)
    for (const [name, value] of entriesOf(values)) seen.set(name, (seen.get(name) ?? new Set()).add(value));
  const names = ([...ARMS, ...HYPERPARAMETERS] as ParameterName[]).filter((name) => seen.has(name));
  const columns = names.filter((name) => (seen.get(name)?.size ?? 0) > 1);
  return {
    columns,
    rows: configurations.slice(0, limit).map((values) => columns.map((name) => values[name] ?? null)),
    common: Object.fromEntries(
      names.filter((name) => !columns.includes(name)).map((name) => [name, [...(seen.get(name) ?? [])][0]]),
    ),
    seeds: plan.seeds,
    configurations: all,
    runs,
    more: Math.max(0, all - limit, all - configurations.length),
    suggested: all - configurations.length,
  };
}

type Listed = Pick<CompiledSweep, 'plan' | 'trials' | 'configurations' | 'runs'>;

/** The configurations that each stratum of a search by model begins with, strata in turns. */
function knownTrials(plan: SearchPlan): CompiledTrial[] {
  const known = plan.strata.map((stratum) => representatives(plan, stratum).slice(0, knownFirst(stratum)));
  const turns = Math.max(0, ...known.map(({ length }) => length));
  const places = Array.from({ length: turns }, (_, configuration) =>
    known.flatMap((points, stratum): TrialPlace[] =>
      configuration < points.length
        ? [{ stratum, configuration, seed: plan.seeds[0] ?? 1, phase: 'search' }]
        : [],
    ),
  );
  return compileTrials(plan, places.flat(), (place) => known[place.stratum]?.[place.configuration] ?? {});
}

type Values = Partial<Record<ParameterName, string | number>>;

function valuesOf({ config }: CompiledTrial): Values {
  const { dataset, model, loss } = config;
  return { dataset, model, loss, ...assignmentOf(config) };
}

function entriesOf(values: Values): [ParameterName, string | number][] {
  return Object.entries(values) as [ParameterName | Hyperparameter, string | number][];
}
