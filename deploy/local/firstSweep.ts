/** The sweep that a launch submits: the file that was given, or the quick-start where there is none yet. */

import { randomUUID } from 'node:crypto';
import type { Connection } from '@adt/coordinator/cli/connect';
import { readSweepFile, type SweepFile } from '@adt/coordinator/cli/sweepFile';
import { quickStartSweep } from '@adt/coordinator/search/presets/quickStart';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { BUILT_IN } from './datasets.js';
import type { LaunchOptions, Stages } from './launchOptions.js';

/**
 * @returns the sweep's id; null when nothing was asked for and the platform has sweeps already
 * @throws UsageError when the file can't be read, Refused when the platform refuses the sweep
 */
export async function submitFirst(params: {
  options: LaunchOptions;
  connection: Connection;
  stages: Stages;
}): Promise<number | null> {
  const { options, connection, stages } = params;
  const wanted = options.once || options.sweep !== null || options.dataset !== null;
  if (!wanted && (await hasSweeps(connection))) return null;
  return stages.run('sweep', async (say) => {
    const file = options.sweep === null ? quickStart(options.dataset) : await readSweepFile(options.sweep);
    const sweep = await connection.call('submitSweep', { ...file, idempotencyKey: randomUUID(), owner: '' });
    const runs = Object.values(sweep.counts ?? {}).reduce((sum, count) => sum + count, 0);
    say(`#${sweep.sweepId} ${sweep.name}: ${runs} trainings of ${sweep.losses.join(', ')}`);
    return sweep.sweepId;
  });
}

function quickStart(dataset: string | null): SweepFile {
  return { spec: quickStartSweep(dataset ?? BUILT_IN), format: SpecFormat.YAML };
}

async function hasSweeps(connection: Connection): Promise<boolean> {
  const { sweeps } = await connection.call('listSweeps', { limit: 1, cursor: '' });
  return sweeps.length > 0;
}
