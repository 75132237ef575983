/** `adt sweep cancel`: nothing new starts, what runs stops at its next word with the platform. */
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { print, printJson } from './output.js';

export async function cancelCommand(context: Context, sweepId: number): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const summary = await call('cancelSweep', { sweepId });
    if (context.json) return printJson(summary);
    const running = summary.counts?.running ?? 0;
    const rest = running > 0 ? `; ${running} running now and about to stop` : '';
    print(`sweep ${sweepId} (${summary.name}): cancelled${rest}`);
  });
}
