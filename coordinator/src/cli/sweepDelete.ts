/** `adt sweep delete`: says what goes, asks, and takes a sweep away for good. */
import { createInterface } from 'node:readline/promises';
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { UsageError } from './failure.js';
import { formatBytes, formatCount, print, printJson, printNote } from './output.js';

export async function deleteCommand(
  context: Context,
  sweepId: number,
  { yes = false }: { yes?: boolean },
): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    if (!yes) {
      const { name, trials, points, bytes } = await call('deleteSweep', { sweepId, dryRun: true });
      const extent = `${formatCount(trials)} trials, ${formatCount(points)} points, about ${formatBytes(bytes)}`;
      await confirm(context, `sweep ${sweepId} (${name}): ${extent} would be gone for good`);
    }
    const removal = await call('deleteSweep', { sweepId, dryRun: false });
    if (context.json) return printJson(removal);
    const extent = `${formatCount(removal.trials)} trials and ${formatCount(removal.points)} points`;
    print(`sweep ${sweepId} (${removal.name}): deleted, with ${extent}`);
  });
}

/** @throws UsageError without a terminal to ask at, or when the answer is no */
async function confirm(context: Context, what: string): Promise<void> {
  if (!process.stdin.isTTY || context.json) throw new UsageError(`${what}; --yes deletes without asking`);
  printNote(what);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Delete it? [y/N] ', { signal: context.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was deleted');
  } finally {
    terminal.close();
  }
}
