/** What a search has not started yet but is going to, as far as that can be told. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { configOf } from '../configuration.js';
import type { Assignment } from '../grid.js';
import { firstSeeds, type SearchPlan, stratumOf, type TrialPlace } from '../plan.js';
import { representatives } from '../representatives.js';
import { rankDone } from './decide.js';
import type { SearchState, StratumRecord } from './state.js';

/**
 * races: early stopping may end it. follows: runs only if the first seed of its configuration is not stopped.
 * whole: runs to its end.
 */
export type Fate = 'races' | 'follows' | 'whole';

export type ToStart = { config: TrainingConfig; fate: Fate };

/** Under early stopping the first search seed races; what was let through, and what confirms, is not stopped. */
export function fateOf(
  { pruner, seeds }: SearchPlan,
  { phase, seed }: Pick<TrialPlace, 'phase' | 'seed'>,
): Fate {
  return pruner.type !== 'none' && phase === 'search' && seed === seeds[0] ? 'races' : 'whole';
}

/**
 * Trainings still to be started: at most, for a space may hold less than its budget. Configurations that nobody knows
 * yet are stood in for by Sobol's points, those to be confirmed by the best so far.
 */
export function stillToStart(state: SearchState): ToStart[] {
  if (state.over !== null) return [];
  const points = state.strata.map(({ index }) => representatives(state.plan, stratumOf(state.plan, index)));
  const each = (
    list: (state: SearchState, stratum: StratumRecord, points: readonly Assignment[]) => ToStart[],
  ) => state.strata.flatMap((stratum, index) => list(state, stratum, points[index] ?? []));
  return [...each(suggestions), ...each(furtherSeeds), ...each(confirmations)];
}

/** Configurations that may still be suggested, each with its first seeds and, if it survives, the others. */
function suggestions({ plan }: SearchState, record: StratumRecord, points: readonly Assignment[]): ToStart[] {
  const first = firstSeeds(plan);
  return unsuggested(plan, record, points).flatMap((assignment) =>
    plan.seeds.map((seed) => ({
      config: configOf(stratumOf(plan, record.index), assignment, seed),
      fate: first.includes(seed) ? fateOf(plan, { phase: 'search', seed }) : 'follows',
    })),
  );
}

function unsuggested(plan: SearchPlan, record: StratumRecord, points: readonly Assignment[]): Assignment[] {
  const { index, exhausted, configurations } = record;
  const left = exhausted ? 0 : stratumOf(plan, index).wanted - configurations.length;
  return Array.from(
    { length: Math.max(0, left) },
    (_, at) => points[(configurations.length + at) % points.length] ?? {},
  );
}

/** Seeds of the configurations that are still in the race, or have come through it. */
function furtherSeeds({ plan }: SearchState, { index, configurations }: StratumRecord): ToStart[] {
  return configurations
    .filter(({ observation }) => observation.outcome === 'running')
    .flatMap(({ assignment, trials }) =>
      plan.seeds.slice(trials.length).map((seed) => ({
        config: configOf(stratumOf(plan, index), assignment, seed),
        fate: trials[0]?.outcome === 'done' ? ('whole' as const) : ('follows' as const),
      })),
    );
}

function confirmations(state: SearchState, record: StratumRecord, points: readonly Assignment[]): ToStart[] {
  const { plan } = state;
  const { confirm } = plan;
  if (confirm === null || record.settled) return [];
  const stratum = stratumOf(plan, record.index);
  const known = rankDone(record).map(({ ordinal }) => record.configurations[ordinal]?.assignment);
  const from = record.confirmed.length;
  const until = Math.min(confirm.topK, record.exhausted ? record.configurations.length : stratum.wanted);
  return Array.from({ length: Math.max(0, until - from) }, (_, at) => from + at).flatMap((rank) => {
    const assignment = known[rank] ?? points[rank % points.length] ?? {};
    return confirm.seeds.map((seed) => ({
      config: configOf(stratum, assignment, seed),
      fate: 'whole' as const,
    }));
  });
}
