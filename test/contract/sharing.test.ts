/** How sweeps share the slots of a pool, and that a slot that is free is filled by an event, not by a clock. */
import type { NatsServer } from '@adt/deploy/local/nats';
import { poolConsumer, TRIAL_STREAM } from '@adt/proto/subjects';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { ask, type TestCoordinator, testCoordinator } from './coordinator.js';
import {
  addDataset,
  claim,
  complete,
  register,
  settled,
  specOf,
  submit,
  succeed,
  WORKER,
  type Work,
} from './searching.js';
import { addSweep } from './trials.js';

/** Nothing that these tests wait for comes by the clock. */
const BY_EVENTS_ALONE = { relayEveryMs: 600_000, searchEveryMs: 600_000, reconcileEveryMs: 600_000 };

/** Pulls one hint after the other and claims what it names, as a worker does. */
async function hinted(c: TestCoordinator, nats: NatsServer): Promise<() => Promise<Work>> {
  const connection = await connect({ servers: nats.url, token: nats.token });
  atEnd(() => connection.close());
  const consumer = await jetstream(connection).consumers.get(TRIAL_STREAM, poolConsumer('default'));
  return async () => {
    for (;;) {
      const hint = await consumer.next({ expires: 10_000 });
      if (!hint) throw new Error('no hint came');
      const trialId = Number(hint.subject.slice(hint.subject.lastIndexOf('.') + 1));
      const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
      hint.ack();
      if (!trial?.config) continue;
      return { lease: { workerId: WORKER, trialId, epoch: trial.epoch }, config: trial.config };
    }
  };
}

it('two sweeps of priority 2 and 1 get slots two to one', async () => {
  const c = await testCoordinator();
  await register(c, 9);
  const double = await addSweep(c.db, { size: 30, priority: 2 });
  await addSweep(c.db, { size: 30, priority: 1 });
  const mine = new Set(double.trialIds);
  const running: Work[] = [];
  const counts: number[] = [];
  for (let ended = 0; ended < 12; ended++) {
    while (running.length < 9) {
      const task = await claim(c);
      if (!task) throw new Error('nothing is queued');
      running.push(task);
    }
    counts.push(running.filter(({ lease }) => mine.has(lease.trialId)).length);
    const oldest = running.shift();
    if (oldest) await complete(c, oldest, { state: 'FAILED' });
  }
  expect(counts).toEqual(counts.map(() => 6));
});

it('a trial that ends frees its place under max_concurrent at once, whoever serves its end', async () => {
  const nats = await startTestNats();
  const leader = await testCoordinator({ nats, tunables: BY_EVENTS_ALONE });
  await register(leader, 4);
  const other = await testCoordinator({
    nats,
    databaseUrl: leader.databaseUrl,
    token: leader.token,
    tunables: BY_EVENTS_ALONE,
  });
  const next = await hinted(leader, nats);
  // Nobody leads but the first: the second one's part is to tell it.
  await addSweep(leader.db, { size: 4, maxConcurrent: 1 });
  await register(leader, 4);
  await complete(leader, await next(), { state: 'FAILED' });
  await complete(other, await next(), { state: 'FAILED' });
  await complete(other, await next(), { state: 'FAILED' });
  expect((await next()).lease.epoch).toBe(1);
});

it('a search hears of an end, and of new slots, without waiting for its clock', async () => {
  const nats = await startTestNats();
  const leader = await testCoordinator({ nats, tunables: BY_EVENTS_ALONE });
  await addDataset(leader.db);
  await register(leader, 1);
  const other = await testCoordinator({
    nats,
    databaseUrl: leader.databaseUrl,
    token: leader.token,
    tunables: BY_EVENTS_ALONE,
  });
  const next = await hinted(leader, nats);
  const sweepId = await submit(other, specOf('method: tpe\nbudget: {max_trials_per_stratum: 6}'));
  await succeed(leader, await next());
  await succeed(other, await next());
  await settled(leader.db);
  const open = () =>
    leader.db.prisma.trial.count({ where: { sweepId, state: { in: ['QUEUED', 'RUNNING'] } } });
  expect(await open()).toBe(1);
  await register(leader, 3);
  await expect.poll(open, { timeout: 5_000 }).toBe(3);
});

it('a hint that comes too early under max_concurrent comes back when a trial of the sweep ends', async () => {
  const nats = await startTestNats();
  const c = await testCoordinator({ nats, tunables: BY_EVENTS_ALONE });
  await register(c, 4);
  const next = await hinted(c, nats);
  const { trialIds } = await addSweep(c.db, { size: 2, maxConcurrent: 1 });
  const [first, second] = trialIds as [number, number];
  // Whoever asks without a hint leaves the one that is out to somebody who then may not have it.
  await register(c, 4);
  await expect.poll(() => c.db.prisma.outbox.count({ where: { sentAt: null } })).toBe(1);
  const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: second });
  expect(trial?.epoch).toBe(1);
  const refused = next();
  const returned = { where: { trialId: first, returned: 1, sentAt: null } };
  await expect.poll(() => c.db.prisma.outbox.count(returned)).toBe(1);
  const lease = { workerId: WORKER, trialId: second, epoch: 1 };
  await complete(c, { lease } as Work, { state: 'FAILED' });
  expect((await refused).lease).toMatchObject({ trialId: first, epoch: 1 });
});
