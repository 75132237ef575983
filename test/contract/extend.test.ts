/** A sweep that extends another one: what is trained is taken over, with its curve, and the search goes on from it. */
import { SpecFormat, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addDataset, complete, METRIC, register, report, type Work, work } from './searching.js';

function spec(method: string): string {
  return `name: extended
method: ${method}
metric: {name: ${METRIC}}
parameters:
  dataset: {value: tiny}
  loss: {value: R-CE}
  beta: {min: 0, max: 1}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
`;
}

async function start(): Promise<TestCoordinator> {
  const c = await testCoordinator();
  await addDataset(c.db);
  await register(c, 4);
  return c;
}

function submit(c: TestCoordinator, text: string, extended?: number): Promise<SweepSummary> {
  const request = { spec: text, format: SpecFormat.YAML, idempotencyKey: '', owner: '', extends: extended };
  return ask(c, c.search, 'submitSweep', request);
}

/** Trains all that is queued until nothing more comes. @returns how many trainings it took */
async function trainAll(c: TestCoordinator): Promise<number> {
  let trained = 0;
  const train = async (task: Work) => {
    const value = 0.5 - Math.abs((task.config.beta ?? 0) - 0.3);
    await report(c, task, [[10, value]]);
    await complete(c, task, { state: 'SUCCEEDED', value });
    trained++;
  };
  await work(c, { slots: 4, train });
  return trained;
}

function trialsOf(c: TestCoordinator, sweepId: number) {
  return ask(c, c.search, 'listTrials', { sweepId, limit: 0, cursor: '', order: 'number' });
}

describe('a sweep that extends another one', () => {
  it('runs only what is new, and shows results and curves of what is not', async () => {
    const c = await start();
    const first = await submit(c, `${spec('random')}budget: {max_trials: 4}\n`);
    expect(await trainAll(c)).toBe(4);
    const more = await submit(c, `${spec('random')}budget: {max_trials: 7}\n`, first.sweepId);
    expect(more.counts).toMatchObject({ succeeded: 4, queued: 3 });
    expect(await trainAll(c)).toBe(3);
    const [old, all] = [await trialsOf(c, first.sweepId), await trialsOf(c, more.sweepId)];
    const values = ({ trials }: typeof old) => trials.map(({ bestValue }) => bestValue);
    expect(values(all).slice(0, 4)).toEqual(values(old));
    const trialIds = all.trials.slice(0, 1).map(({ trialId }) => trialId);
    const { curves } = await ask(c, c.search, 'getCurves', { trialIds, metrics: [], maxPoints: 0 });
    expect(curves).toMatchObject([{ trialId: trialIds[0], metric: METRIC, steps: [10] }]);
  });

  it('is over at once when everything was trained before', async () => {
    const c = await start();
    const text = `${spec('random')}budget: {max_trials: 3}\n`;
    const first = await submit(c, text);
    await trainAll(c);
    const again = await submit(c, text, first.sweepId);
    expect(again).toMatchObject({ state: 'SWEEP_STATE_FINISHED', counts: { succeeded: 3 } });
    const third = await submit(c, text, again.sweepId);
    expect(third).toMatchObject({ state: 'SWEEP_STATE_FINISHED', counts: { succeeded: 3 } });
  });

  it('lets TPE go on from what it had learnt, also after a cancel, and confirms the best of all', async () => {
    const c = await start();
    const text = (budget: number) =>
      `${spec('tpe')}budget: {max_trials: ${budget}}\nseeds: {search: [1], confirm: {count: 2}}\n`;
    const first = await submit(c, text(12));
    expect(await trainAll(c)).toBe(14);
    const more = await submit(c, text(20), first.sweepId);
    const trained = await trainAll(c);
    // Eight new configurations, and confirmation unless the best one is still the same.
    expect([8, 10]).toContain(trained);
    const { trials } = await trialsOf(c, more.sweepId);
    expect(trials.map(({ config }) => config)).toEqual(
      expect.arrayContaining(
        (await trialsOf(c, first.sweepId)).trials.slice(0, 12).map(({ config }) => config),
      ),
    );
    expect(trials).toHaveLength(22);
  });

  it('is refused when there is no such sweep', async () => {
    const c = await start();
    const call = submit(c, `${spec('random')}budget: {max_trials: 3}\n`, 77);
    expect(await refusalOf(call)).toMatchObject({ status: 'NOT_FOUND', message: 'there is no sweep 77' });
  });
});
