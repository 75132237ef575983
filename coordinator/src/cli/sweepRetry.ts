/** `adt sweep retry`: queues a trial once more that failed or was cancelled. */
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { UsageError } from './failure.js';
import { print, printJson } from './output.js';

/** A parser for commander's `.argument()`. @throws UsageError for anything but a trial's id */
export function trialId(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 31) return Number(text);
  throw new UsageError(`trial: must be the id of a trial (got ${JSON.stringify(text)})`);
}

/** @param trialId as the dashboard and `adt sweep export` name it: not its number in the sweep */
export async function retryCommand(context: Context, trialId: number): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const trial = await call('retryTrial', { trialId });
    if (context.json) return printJson(trial);
    print(`trial ${trialId} (sweep ${trial.sweepId}, #${trial.number}): queued again`);
  });
}
