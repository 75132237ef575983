/** `adt sweep pause` and `resume`: whether trials of a sweep start. */
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { print, printJson } from './output.js';

export async function pauseCommand(context: Context, sweepId: number, paused: boolean): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const summary = await call(paused ? 'pauseSweep' : 'resumeSweep', { sweepId });
    if (context.json) return printJson(summary);
    const { queued = 0, running = 0 } = summary.counts ?? {};
    const what = paused
      ? `paused; ${running} running now go on to their end`
      : `resumed, with ${queued} queued`;
    print(`sweep ${sweepId} (${summary.name}): ${what}`);
  });
}
