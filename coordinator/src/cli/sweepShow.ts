/** `adt sweep ls` and `adt sweep show`: what there is, and how it ranks. */
import { SweepState, type SweepSummary, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { type Connection, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { leftLine } from './forecastLine.js';
import { type Column, paint, print, printJson, renderTable } from './output.js';
import { type Ranking, rankTrials } from './ranking.js';
import { formatMetric, rankingTable } from './rankingTable.js';
import { TRIALS_PAGE } from './tunables.js';

const STATE_WORDS: Record<SweepState, string> = {
  [SweepState.UNSPECIFIED]: '–',
  [SweepState.RUNNING]: 'running',
  [SweepState.FINISHED]: 'finished',
  [SweepState.CANCELLED]: 'cancelled',
};

export async function lsCommand(context: Context, flags: { limit: number }): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const { sweeps, nextCursor } = await call('listSweeps', { limit: flags.limit, cursor: '' });
    if (context.json) return printJson(sweeps);
    if (sweeps.length === 0) return print('no sweeps yet: adt sweep submit FILE');
    print(sweepTable(sweeps));
    if (nextCursor !== '') print(`… older ones: --limit ${Math.min(500, flags.limit * 5)}`);
  });
}

export async function showCommand(
  context: Context,
  sweepId: number,
  flags: { top: number; seeds?: boolean },
): Promise<void> {
  await withPlatform(context, async (connection) => {
    const { summary, forecast } = await connection.call('getSweep', { sweepId });
    if (summary === undefined) throw new Error(`the platform knows no summary of sweep ${sweepId}`);
    const trials = await fetchTrials(connection, sweepId);
    if (context.json) return printJson({ summary, forecast, rankings: rankTrials(trials).map(document) });
    print(sweepTable([summary]));
    if (summary.reason !== '') print(paint('yellow', summary.reason));
    if (forecast) print(`\n${leftLine(forecast)}`);
    printRankings(trials, flags.top, flags.seeds ?? false);
  });
}

/** All trials of a sweep, in their order. */
export async function fetchTrials({ call }: Connection, sweepId: number): Promise<TrialSummary[]> {
  const trials: TrialSummary[] = [];
  for (let cursor = ''; ; ) {
    const page = await call('listTrials', { sweepId, limit: TRIALS_PAGE, cursor, order: 'number' });
    trials.push(...page.trials);
    if (page.nextCursor === '') return trials;
    cursor = page.nextCursor;
  }
}

/** @param seedsApart one line a trial instead of one a configuration */
export function printRankings(trials: readonly TrialSummary[], top: number, seedsApart = false): void {
  const rankings = rankTrials(trials, { seedsApart });
  for (const ranking of rankings) {
    print('');
    if (rankings.length > 1) print(paint('bold', ranking.dataset));
    print(rankingTable(ranking, top));
  }
  const failed = trials.find(({ failureReason }) => failureReason !== '');
  if (failed) print(`\nfirst failure, trial ${failed.trialId}: ${failed.failureReason}`);
}

function sweepTable(sweeps: readonly SweepSummary[]): string {
  const columns: Column[] = [
    { title: 'id', align: 'right' },
    { title: 'name' },
    { title: 'state' },
    { title: 'done', align: 'right' },
    { title: 'failed', align: 'right' },
    { title: 'metric' },
    { title: 'best', align: 'right' },
    { title: 'data sets' },
    { title: 'losses' },
    { title: 'owner' },
    { title: 'created' },
  ];
  return renderTable(columns, sweeps.map(sweepRow));
}

function sweepRow(sweep: SweepSummary): string[] {
  const {
    queued = 0,
    running = 0,
    succeeded = 0,
    pruned = 0,
    failed = 0,
    cancelled = 0,
  } = sweep.counts ?? {};
  const total = queued + running + succeeded + pruned + failed + cancelled;
  return [
    String(sweep.sweepId),
    sweep.name,
    STATE_WORDS[sweep.state],
    `${succeeded + pruned}/${total}`,
    String(failed),
    sweep.metric,
    sweep.bestValue === undefined ? '–' : formatMetric(sweep.bestValue),
    sweep.datasets.join(', '),
    sweep.losses.join(', '),
    sweep.owner || '–',
    new Date(sweep.createdMs).toISOString().slice(0, 16).replace('T', ' '),
  ];
}

/** Maps do not survive JSON. */
function document({ groups, ...ranking }: Ranking) {
  return {
    ...ranking,
    groups: groups.map(({ test, ...group }) => ({ ...group, test: Object.fromEntries(test) })),
  };
}
