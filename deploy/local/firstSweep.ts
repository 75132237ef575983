/** The sweep that a launch submits: the file that was given, or the quick-start where there is none yet. */
import { readFileSync } from 'node:fs';
import { quickStartSweep } from '@adt/coordinator/search/presets/quickStart';
import { BUILT_IN } from './datasets.js';
import type { LaunchOptions, Stages } from './launchOptions.js';
import type { Search } from './search.js';

/**
 * @returns the sweep's id; null when nothing was asked for and the platform has sweeps already
 * @throws BadInput when the platform refuses the sweep
 */
export async function submitFirst(params: {
  options: LaunchOptions;
  search: Search;
  stages: Stages;
}): Promise<number | null> {
  const { options, search, stages } = params;
  const wanted = options.once || options.sweep !== null || options.dataset !== null;
  if (!wanted && (await search.hasSweeps())) return null;
  return stages.run('sweep', async (say) => {
    const spec =
      options.sweep === null
        ? quickStartSweep(options.dataset ?? BUILT_IN)
        : readFileSync(options.sweep, 'utf8');
    const sweep = await search.submit(spec);
    const runs = Object.values(sweep.counts ?? {}).reduce((sum, count) => sum + count, 0);
    say(`#${sweep.sweepId} ${sweep.name}: ${runs} trainings of ${sweep.losses.join(', ')}`);
    return sweep.sweepId;
  });
}
