/** `--once`: follows one sweep to its end on the terminal and prints its ranking. */
import type { Connection } from '@adt/coordinator/cli/connect';
import type { Context } from '@adt/coordinator/cli/context';
import { fetchTrials, printRankings } from '@adt/coordinator/cli/sweepShow';
import { describe, followSweep } from '@adt/coordinator/cli/sweepWatch';
import { SweepState } from '@adt/proto/gen/adt/v1/search';
import type { Stages } from './launchOptions.js';

/** Groups of seeds that the table shows; the quick-start has all of its ten in it. */
const TOP = 20;

/** @returns the exit code: 1 when the sweep was cancelled or a training of it failed */
export async function showSweep(params: {
  context: Context;
  connection: Connection;
  sweepId: number;
  stages: Stages;
}): Promise<number> {
  const { context, connection, sweepId, stages } = params;
  const sweep = await stages.run('trainings', async (say) => {
    const ended = await followSweep(context, connection, sweepId);
    say(describe(ended));
    return ended;
  });
  stages.print('');
  printRankings(await fetchTrials(connection, sweepId), TOP);
  stages.print('');
  return sweep.state === SweepState.FINISHED && sweep.counts?.failed === 0 ? 0 : 1;
}
