/** `--once`: follows one sweep to its end on the terminal and prints its ranking. */
import { setTimeout as delay } from 'node:timers/promises';
import { SweepState, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import type { Stages } from './launchOptions.js';
import type { Search } from './search.js';
import { PROGRESS_LINE_MS, PROGRESS_POLL_MS } from './tunables.js';

const BAR_WIDTH = 24;

/** @returns the sweep as it ended */
export async function followSweep(params: {
  search: Search;
  sweepId: number;
  stages: Stages;
  signal: AbortSignal;
}): Promise<SweepSummary> {
  const { search, sweepId, stages, signal } = params;
  let printedMs = 0;
  try {
    for (;;) {
      const sweep = await search.sweep(sweepId);
      if (sweep.state !== SweepState.RUNNING) return sweep;
      const line = progressLine(sweep);
      stages.status(line);
      if (!stages.isTerminal && performance.now() - printedMs > PROGRESS_LINE_MS) {
        printedMs = performance.now();
        stages.print(line);
      }
      await delay(PROGRESS_POLL_MS, undefined, { signal });
    }
  } finally {
    stages.status(null);
  }
}

/** `    ██████░░░░░░  12 of 24 trainings, 2 running   best valid/recall@50 0.1234` */
export function progressLine(sweep: SweepSummary): string {
  const counts = sweep.counts ?? { queued: 0, running: 0, succeeded: 0, pruned: 0, failed: 0, cancelled: 0 };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = total - counts.queued - counts.running;
  const filled = total === 0 ? 0 : Math.floor((BAR_WIDTH * done) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
  const best = sweep.bestValue === undefined ? '' : `   best ${sweep.metric} ${sweep.bestValue.toFixed(4)}`;
  return `    ${bar}  ${done} of ${total} trainings, ${counts.running} running${failed}${best}`;
}
