/**
 * The ranking of a sweep: search seeds of a configuration taken together, best mean first, each data set apart. Pure.
 * Not ranked: what was stopped early, for its value is of a shorter training, and what confirms.
 */
import { type TrainingConfig, TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { isMaximized } from '@adt/proto/metricGoal';
import { canonicalJson } from '../search/canonical.js';
import { type Spread, spreadOf } from '../search/spread.js';

/** One configuration with all its seeds. */
export type RankedGroup = {
  /** From 1, within its ranking; null while no seed has a value, and for what is not ranked. */
  rank: number | null;
  /** The seed is the first trial's: it says nothing here. */
  config: TrainingConfig;
  /** Of the search. Empty only where seeds are kept apart and this one confirms. */
  trials: readonly TrialSummary[];
  /** On fresh seeds: they count for nothing below where there are others. */
  confirmation: readonly TrialSummary[];
  /** The objective at each seed's best step. */
  objective: Spread | null;
  /** Test metrics of the chosen checkpoints, by name, over the seeds that have ended. They never rank. */
  test: ReadonlyMap<string, Spread>;
};

/** Values are compared within one data set and one metric only. */
export type Ranking = { dataset: string; metric: string; maximize: boolean; groups: readonly RankedGroup[] };

/**
 * Rankings in the order in which the data sets first appear; equal means rank by the earlier trial.
 * @param options.seedsApart each training is a group of its own
 */
export function rankTrials(
  trials: readonly TrialSummary[],
  { seedsApart = false }: { seedsApart?: boolean } = {},
): Ranking[] {
  const configured = trials.flatMap((trial) => (trial.config ? [{ trial, config: trial.config }] : []));
  const boards = groupBy(configured, ({ config }) => `${config.dataset}\n${config.select}`);
  return boards.map((board) => {
    const { dataset, select } = (board[0] as (typeof board)[number]).config;
    const maximize = isMaximized(select);
    const key = ({ config }: { config: TrainingConfig }) =>
      canonicalJson({ ...config, seed: seedsApart ? config.seed : 0 });
    const groups = groupBy(board, key).map((members) => groupOf(members.map(({ trial }) => trial)));
    return { dataset, metric: select, maximize, groups: ranked(groups, maximize) };
  });
}

/** How far a group is, say `2 done`, or `1 done, 1 running`. */
export function stateOf(trials: readonly Pick<TrialSummary, 'state'>[]): string {
  const words: readonly [TrialState, string][] = [
    [TrialState.SUCCEEDED, 'done'],
    [TrialState.RUNNING, 'running'],
    [TrialState.QUEUED, 'queued'],
    [TrialState.PRUNED, 'pruned'],
    [TrialState.FAILED, 'failed'],
    [TrialState.CANCELLED, 'cancelled'],
  ];
  const counted = words.flatMap(([state, word]) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count === 0 ? [] : [{ count, word }];
  });
  const [only] = counted;
  if (counted.length === 1 && only?.count === 1) return only.word;
  return counted.map(({ count, word }) => `${count} ${word}`).join(', ');
}

function groupOf(members: readonly TrialSummary[]): Omit<RankedGroup, 'rank'> {
  const [trials, confirmation] = [members.filter((one) => !confirms(one)), members.filter(confirms)];
  const standing = (trials.length > 0 ? trials : confirmation).filter(isStanding);
  const names = [...new Set(standing.flatMap(({ test }) => test.map(({ metric }) => metric)))];
  const test = new Map<string, Spread>();
  for (const name of names) {
    const spread = spreadOf(standing.flatMap((trial) => testValue(trial, name) ?? []));
    if (spread !== null) test.set(name, spread);
  }
  return {
    config: (members[0] as TrialSummary).config as TrainingConfig,
    trials,
    confirmation,
    objective: spreadOf(standing.flatMap(({ bestValue }) => bestValue ?? [])),
    test,
  };
}

function confirms({ phase }: TrialSummary): boolean {
  return phase === TrialPhase.CONFIRM;
}

/** What a failed or cancelled training had reached is no result. */
function isStanding({ state }: TrialSummary): boolean {
  return state !== TrialState.FAILED && state !== TrialState.CANCELLED;
}

function testValue({ test }: TrialSummary, name: string): number | undefined {
  return test.find(({ metric }) => metric === name)?.value;
}

type Unranked = Omit<RankedGroup, 'rank'>;

function ranked(groups: readonly Unranked[], maximize: boolean): RankedGroup[] {
  const key = ({ objective }: Unranked) =>
    objective === null ? Number.POSITIVE_INFINITY : maximize ? -objective.mean : objective.mean;
  const first = ({ trials, confirmation }: Unranked) =>
    Math.min(...[...trials, ...confirmation].map(({ number }) => number));
  const sorted = [...groups].sort((a, b) => {
    if (tierOf(a) !== tierOf(b)) return tierOf(a) - tierOf(b);
    // Two infinities subtract to NaN, hence the comparison first.
    return key(a) === key(b) ? first(a) - first(b) : key(a) - key(b);
  });
  return sorted.map((group, index) => ({ ...group, rank: tierOf(group) === 0 ? index + 1 : null }));
}

/** What stands below what: ranked, stopped early, confirming, without a value. */
function tierOf({ objective, trials }: Unranked): number {
  if (objective === null) return 3;
  if (trials.length === 0) return 2;
  return trials.some(({ state }) => state === TrialState.PRUNED) ? 1 : 0;
}

/** Groups in the order of their first members. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
