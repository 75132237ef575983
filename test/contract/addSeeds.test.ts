/** More confirmation seeds for what a sweep has chosen: a sweep of its own that trains only the missing pairs. */
import { SpecFormat, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addDataset, complete, METRIC, register, report, type Work, work } from './searching.js';

const SPEC = `name: arms
method: tpe
metric: {name: ${METRIC}}
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, R-CE]}
  beta: {min: 0, max: 1, when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
budget: {max_trials_per_stratum: 3}
`;
const CONFIRMED = `${SPEC}seeds: {search: [1], confirm: {count: 2}}\n`;

async function start(): Promise<TestCoordinator> {
  const c = await testCoordinator();
  await addDataset(c.db);
  await register(c, 4);
  return c;
}

function submit(c: TestCoordinator, spec: string): Promise<SweepSummary> {
  return ask(c, c.search, 'submitSweep', { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' });
}

function addSeeds(c: TestCoordinator, sweepId: number, seeds: number): Promise<SweepSummary> {
  return ask(c, c.search, 'addSeeds', { sweepId, seeds, idempotencyKey: '', owner: '' });
}

/** @returns the configurations that were trained */
async function trainAll(c: TestCoordinator): Promise<Work['config'][]> {
  const trained: Work['config'][] = [];
  const train = async (task: Work) => {
    const value = 0.5 - Math.abs((task.config.beta ?? 0.5) - 0.3) + 0.001 * (task.config.seed % 7);
    await report(c, task, [[10, value]]);
    await complete(c, task, { state: 'SUCCEEDED', value });
    trained.push(task.config);
  };
  await work(c, { slots: 4, train });
  return trained;
}

async function comparisonOf(c: TestCoordinator, sweepId: number) {
  const { comparison, sweeps } = await ask(c, c.search, 'compareSweeps', { sweepIds: [sweepId], metric: '' });
  return { arms: comparison?.cells[0]?.arms ?? [], progress: sweeps[0] };
}

describe('adding seeds to a sweep', () => {
  it('trains the chosen configurations on the new seeds only, and keeps what tuning has cost', async () => {
    const c = await start();
    const first = await submit(c, CONFIRMED);
    expect(await trainAll(c)).toHaveLength(2 * 3 + 2 * 2);
    const before = await comparisonOf(c, first.sweepId);

    const more = await addSeeds(c, first.sweepId, 3);
    const trained = await trainAll(c);
    expect(trained.map(({ loss, seed }) => `${loss} ${seed}`).sort()).toEqual([
      'CE 2021',
      'CE 2022',
      'CE 2023',
      'R-CE 2021',
      'R-CE 2022',
      'R-CE 2023',
    ]);
    const after = await comparisonOf(c, more.sweepId);
    expect(after.arms.map(({ seeds }) => seeds)).toEqual(
      Array.from({ length: 2 }, () => [2019, 2020, 2021, 2022, 2023]),
    );
    const chosen = ({ arms }: typeof before) =>
      arms.map(({ loss, configuration, tuning }) => ({ loss, configuration, trials: tuning?.trials }));
    expect(chosen(after)).toEqual(chosen(before));
    expect(after.arms.map(({ tuning }) => tuning?.configurations)).toEqual([3, 3]);
    expect((await comparisonOf(c, first.sweepId)).progress?.extendedBy).toEqual([more.sweepId]);
  });

  it('confirms a sweep that asked for no confirmation, without searching again', async () => {
    const c = await start();
    const first = await submit(c, SPEC);
    await trainAll(c);
    const more = await addSeeds(c, first.sweepId, 2);
    expect((await trainAll(c)).map(({ seed }) => seed).sort()).toEqual([2019, 2019, 2020, 2020]);
    expect((await comparisonOf(c, more.sweepId)).arms.map(({ seeds }) => seeds)).toEqual([
      [2019, 2020],
      [2019, 2020],
    ]);
  });

  it('is refused while the sweep runs, beyond what a sweep may have, and for no sweep', async () => {
    const c = await start();
    const first = await submit(c, CONFIRMED);
    expect(await refusalOf(addSeeds(c, first.sweepId, 5))).toMatchObject({
      status: 'FAILED_PRECONDITION',
      message: `sweep ${first.sweepId} still runs: seeds can be added once it has ended`,
    });
    await trainAll(c);
    expect(await refusalOf(addSeeds(c, first.sweepId, 99))).toMatchObject({
      message: expect.stringContaining('at most 100 confirmation seeds: 2 are there, 99 more are asked for'),
    });
    expect(await refusalOf(addSeeds(c, 77, 5))).toMatchObject({ status: 'NOT_FOUND' });
  });
});
