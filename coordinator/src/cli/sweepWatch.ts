/** `adt sweep watch`: follows a sweep to its end by asking for its summary, then shows the ranking. */
import { setTimeout as delay } from 'node:timers/promises';
import { SweepState, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { type Connection, Unreachable, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { EXIT } from './failure.js';
import { leftLine } from './forecastLine.js';
import { print, printJson, printNote } from './output.js';
import { startProgress } from './progress.js';
import { formatMetric } from './rankingTable.js';
import { fetchTrials, printRankings } from './sweepShow.js';
import { WATCH_INTERVAL_MS, WATCH_PATIENCE_MS } from './tunables.js';

const TOP = 10;

export async function watchCommand(context: Context, sweepId: number): Promise<void> {
  await withPlatform(context, (connection) => watchSweep(context, connection, sweepId));
}

/** Shows progress until the sweep ends, then its ranking. Exit code 1 when it was cancelled or nothing succeeded. */
export async function watchSweep(context: Context, connection: Connection, sweepId: number): Promise<void> {
  let summary: SweepSummary;
  try {
    summary = await followSweep(context, connection, sweepId);
  } catch (error) {
    if (context.signal.aborted) printNote(`sweep ${sweepId} goes on: adt sweep watch ${sweepId}`);
    throw error;
  }
  const trials = await fetchTrials(connection, sweepId);
  if (context.json) printJson({ summary, trials });
  else {
    print(`sweep ${sweepId} (${summary.name}): ${describe(summary)}`);
    printRankings(trials, TOP);
  }
  const succeeded = summary.counts?.succeeded ?? 0;
  if (succeeded === 0 || summary.state === SweepState.CANCELLED) process.exitCode = EXIT.failure;
}

/**
 * Asks once a second until every trial has ended; sits out a platform that restarts.
 * @throws Unreachable when it stays away for a minute
 */
export async function followSweep(
  context: Context,
  { call }: Connection,
  sweepId: number,
): Promise<SweepSummary> {
  const progress = startProgress(`sweep ${sweepId}`);
  let answeredAt = performance.now();
  let told = '';
  try {
    for (;;) {
      try {
        const { summary, forecast } = await call('getSweep', { sweepId });
        if (summary === undefined) throw new Error(`the platform knows no summary of sweep ${sweepId}`);
        answeredAt = performance.now();
        const { fraction, ended } = progressOf(summary);
        const left = forecast && !ended ? leftLine(forecast) : null;
        progress.update(fraction, describe(summary), left);
        // A pipe has no bar; it gets a line whenever something ended.
        const line = `sweep ${sweepId}: ${describe(summary)}`;
        if (process.stderr.isTTY !== true && line !== told)
          printNote(left === null ? line : `${line}, ${left}`);
        told = line;
        if (ended) return summary;
      } catch (error) {
        const patient = performance.now() - answeredAt < WATCH_PATIENCE_MS;
        // Before the first answer there is nothing to sit out.
        if (!(error instanceof Unreachable) || !patient || told === '') throw error;
        progress.update(0, 'waiting for the platform');
      }
      await pause(context.signal);
    }
  } finally {
    progress.clear();
  }
}

/** Ended means that nothing runs any more: a cancelled sweep's last trials still have to stop. */
function progressOf({ counts, finishedMs, state }: SweepSummary): { fraction: number; ended: boolean } {
  const { queued = 0, running = 0, succeeded = 0, pruned = 0, failed = 0, cancelled = 0 } = counts ?? {};
  const done = succeeded + pruned + failed + cancelled;
  const open = queued + running;
  const ended = finishedMs !== undefined || (open === 0 && state !== SweepState.RUNNING);
  return { fraction: done + open === 0 ? 0 : done / (done + open), ended };
}

/** `12 of 20 done, 2 running, best valid/recall@50 0.1234`. */
export function describe({ counts, metric, bestValue }: SweepSummary): string {
  const { queued = 0, running = 0, succeeded = 0, pruned = 0, failed = 0, cancelled = 0 } = counts ?? {};
  const total = queued + running + succeeded + pruned + failed + cancelled;
  const parts = [`${succeeded + pruned} of ${total} done`];
  if (running > 0) parts.push(`${running} running`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  if (bestValue !== undefined) parts.push(`best ${metric} ${formatMetric(bestValue)}`);
  return parts.join(', ');
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(WATCH_INTERVAL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
}
