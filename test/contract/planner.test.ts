/** Large sweeps are planned on another thread: the coordinator serves meanwhile, and refuses more than it can queue. */
import { setImmediate } from 'node:timers/promises';
import { Planner, PlannerBusy } from '@adt/coordinator/planning/planner';
import { askPlanner } from '@adt/coordinator/rpc/planning';
import { status } from '@adt/coordinator/rpc/refusal';
import { compileSweep } from '@adt/coordinator/search/compile';
import { trialColumns } from '@adt/coordinator/store/trialColumns';
import { LIMITS } from '@adt/coordinator/tunables';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, testCoordinator } from './coordinator.js';
import { addDataset } from './searching.js';

const FACTS = [
  { name: 'tiny', sha256: 'a'.repeat(64), users: 900, items: 900, trainInteractions: 9_000, hasFlags: true },
];

/** As many learning rates, each with two seeds. */
function specOf(configurations: number): string {
  const rates = Array.from({ length: configurations }, (_, at) => `${10_000 + at}e-8`);
  return `
name: large
method: grid
metric: {name: valid/recall@50, goal: maximize}
parameters:
  dataset: {value: tiny}
  model: {value: GMF}
  loss: {value: CE}
  lr: {values: [${rates.join(', ')}]}
seeds: {search: {count: 2, base: 1}}
training: {epochs: 9, eval_every: 10, topk: [50]}
`;
}

const fileOf = (configurations: number) => ({
  spec: specOf(configurations),
  format: 'YAML' as const,
  datasets: FACTS,
});

function planner(): Planner {
  const made = new Planner();
  atEnd(() => made.stop());
  return made;
}

it('the event loop turns while ten thousand configurations are compiled', { timeout: 120_000 }, async () => {
  const thread = planner();
  // Its start would leave the loop free too.
  await thread.ask('plan', fileOf(1));
  let isDone = false;
  const made = thread.ask('submission', fileOf(10_000)).finally(() => {
    isDone = true;
  });
  let turns = 0;
  for (; !isDone; turns++) await setImmediate();
  expect(turns).toBeGreaterThan(20);
  expect(await made).toMatchObject({ ok: true, sweep: { configurations: 10_000, runs: 20_000 } });
});

it('the thread compiles what this one would', { timeout: 120_000 }, async () => {
  const file = fileOf(300);
  const here = compileSweep(file);
  if (!here.ok) throw new Error(JSON.stringify(here.violations));
  const { plan: _, trials, ...sweep } = here.sweep;
  const columns = trialColumns(trials);
  expect(await planner().ask('submission', file)).toEqual({ ok: true, sweep, trials: columns });
});

it('heartbeats are answered between the question for a plan of ten thousand configurations and its answer', {
  timeout: 120_000,
}, async () => {
  const c = await testCoordinator();
  await addDataset(c.db);
  const format = SpecFormat.YAML;
  const worker = { workerId: 'worker-0001', host: 'here', pool: 'default', slots: 1, threadsPerSlot: 1 };
  await ask(c, c.trials, 'register', { ...worker, engines: [], pid: 1 });
  await ask(c, c.search, 'planSweep', { spec: specOf(1), format });
  const events: string[] = [];
  const planned = ask(c, c.search, 'planSweep', { spec: specOf(10_000), format }).then((plan) => {
    events.push('planned');
    return plan;
  });
  const beat = { workerId: worker.workerId, leases: [{ trialId: 1, epoch: 1 }], draining: false };
  while (!events.includes('planned')) {
    await ask(c, c.trials, 'heartbeat', beat);
    events.push('heartbeat');
  }
  expect(events.indexOf('planned')).toBeGreaterThan(5);
  expect(await planned).toMatchObject({ configurations: 10_000, runs: 20_000, reason: '' });
});

it('says what is wrong with a file as before, and that it is busy when too many wait', async () => {
  const thread = planner();
  const refused = { ...fileOf(1), spec: 'name: [' };
  expect(await thread.ask('submission', refused)).toMatchObject({ ok: false, reason: 'PARSE_ERROR' });
  const many = Array.from({ length: LIMITS.plansAtOnce + 1 }, () => thread.ask('plan', fileOf(1)));
  const settled = await Promise.allSettled(many);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(LIMITS.plansAtOnce);
  expect(settled.at(-1)).toMatchObject({ reason: expect.any(PlannerBusy) });
  expect((await thread.ask('plan', fileOf(1))).needs).toMatchObject({ pool: 'default' });
});

it('a caller hears BUSY when too many wait, and an error when the planner has stopped', async () => {
  const thread = planner();
  const under = Array.from({ length: LIMITS.plansAtOnce }, () => thread.run('plan', fileOf(1)));
  const failed = Promise.allSettled(under);
  await expect(askPlanner(thread, 'plan', fileOf(1))).rejects.toMatchObject({
    status: status.RESOURCE_EXHAUSTED,
    info: { reason: 'BUSY' },
  });
  await thread.stop();
  for (const one of await failed) expect(one).toMatchObject({ reason: new Error('the planner has stopped') });
  await expect(thread.run('plan', fileOf(1))).rejects.toThrow('has stopped');
});
