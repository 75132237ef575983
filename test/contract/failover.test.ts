/** Coordinators that lead one after the other: killed, frozen past their term, or told to go. Real processes. */
import { once } from 'node:events';
import { Decision, type MetricDown } from '@adt/proto/gen/adt/v1/trial';
import { poolConsumer, TRIAL_STREAM, trialSubject } from '@adt/proto/subjects';
import { Connection } from '@adt/worker/agent/connection';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, MetricStream } from './coordinator.js';
import { type CoordinatorProcess, type Coordinators, coordinators, runningTerm } from './coordinators.js';
import { addSweep } from './trials.js';

const WORKER = 'worker-0001';
/** Terms short enough to wait for; a lease long enough that no busy machine lets it lapse. */
const SHORT_TERMS = {
  ADT_LEADER_TTL_MS: '1500',
  ADT_LEADER_RENEW_MS: '300',
  ADT_LEADER_WATCH_MS: '100',
  ADT_REAP_EVERY_MS: '50',
};
/** Nobody takes over because a term has lapsed. */
const ENDLESS_TERMS = { ADT_LEADER_TTL_MS: '3600000', ADT_STOP_GRACE_MS: '15000' };

async function register(c: CoordinatorProcess): Promise<void> {
  const about = { host: 'here', pool: 'default', slots: 4, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(c, c.trials, 'register', { workerId: WORKER, ...about });
}

/** The next hint of the pool, acked. */
async function hinting(all: Coordinators): Promise<() => Promise<string>> {
  const connection = await connect({ servers: all.nats.url, token: all.nats.token });
  atEnd(() => connection.close());
  const consumer = await jetstream(connection).consumers.get(TRIAL_STREAM, poolConsumer('default'));
  return async () => {
    const hint = await consumer.next({ expires: 25_000 });
    if (hint === null) throw new Error('no hint came');
    hint.ack();
    return hint.subject;
  };
}

function beat(c: CoordinatorProcess, trialId: number, epoch: number) {
  return ask(c, c.trials, 'heartbeat', { workerId: WORKER, leases: [{ trialId, epoch }], draining: false });
}

it('a leader that is killed is followed by another, which publishes what is queued', async () => {
  const all = await coordinators(SHORT_TERMS);
  const first = await all.start('first');
  const second = await all.start('second');
  await register(second);
  const hint = await hinting(all);
  const before = await addSweep(all.db);
  expect(await hint()).toBe(trialSubject('default', before.trialIds[0] as number));
  // A hint that is acked and not claimed would be published again.
  await ask(second, second.trials, 'claim', { workerId: WORKER, trialId: before.trialIds[0] as number });
  first.process.kill();
  await first.process.exited;
  const after = await addSweep(all.db);
  expect(await hint()).toBe(trialSubject('default', after.trialIds[0] as number));
  expect(await all.log.line(/second: .*"leading"/)).toContain('"term":2');
});

it('a leader that was frozen past its term steps down, and takes no trial from anybody', async () => {
  const all = await coordinators({ ...SHORT_TERMS, ADT_LEASE_TTL_MS: '4000', ADT_HEARTBEAT_MS: '500' });
  const first = await all.start('first');
  const second = await all.start('second');
  await register(second);
  const { trialIds } = await addSweep(all.db);
  const trialId = trialIds[0] as number;
  await ask(second, second.trials, 'claim', { workerId: WORKER, trialId });

  process.kill(first.process.pid, 'SIGSTOP');
  expect(await all.log.line(/second: .*"leading"/)).toContain('"term":2');
  // What the frozen one would find on its return: a lease that ran out, and nobody's to judge but the new leader's.
  const { decisions } = await beat(second, trialId, 1);
  expect(decisions).toMatchObject([{ decision: Decision.CONTINUE }]);
  const lost = all.log.next(/first: .*leadership is lost/);
  process.kill(first.process.pid, 'SIGCONT');
  expect(await lost).toContain('"term":1');

  expect(await runningTerm(all.db)).toBe(2);
  const still = await beat(first, trialId, 1);
  expect(still.decisions).toMatchObject([{ decision: Decision.CONTINUE }]);
  expect(all.log.lines.filter((line) => /first: .*lease ran out/.test(line))).toEqual([]);
});

it('a leader that is told to stop hands over at once, while its streams still have their grace', async () => {
  const all = await coordinators(ENDLESS_TERMS);
  const first = await all.start('first');
  await all.start('second');
  await register(first);
  const { trialIds } = await addSweep(all.db);
  const trialId = trialIds[0] as number;
  await ask(first, first.trials, 'claim', { workerId: WORKER, trialId });
  const metrics = new MetricStream(first);
  await metrics.say({ hello: { workerId: WORKER, trialId, epoch: 1 } });
  process.kill(first.process.pid, 'SIGTERM');
  expect(await all.log.line(/second: .*"leading"/)).toContain('"term":2');
  // The stream is still served.
  const points = [{ step: 10, metric: 'valid/recall@50', value: 0.5 }];
  const { ack } = await metrics.say({ batch: { firstSeq: 1, points, totalSteps: 0 } });
  expect(ack?.ackedSeq).toBe(1);
  await metrics.end();
  expect(await first.process.exited).toEqual({ code: 0, signal: null });
});

it('a worker that knows both goes on with the other when one is frozen or gone', async () => {
  const all = await coordinators(SHORT_TERMS);
  const pair = [await all.start('first'), await all.start('second')] as const;
  await register(pair[0]);
  const connection = new Connection(pair.map(({ grpcAddress }) => grpcAddress).join(','), pair[0].token);
  atEnd(() => connection.close());
  const request = { workerId: WORKER, leases: [], draining: false };
  const answers = async () => {
    const answer = await connection.call('heartbeat', request, 1_000);
    return 'reply' in answer;
  };
  const { trialIds } = await addSweep(all.db);
  const trialId = trialIds[0] as number;
  await ask(pair[1], pair[1].trials, 'claim', { workerId: WORKER, trialId });

  process.kill(pair[0].process.pid, 'SIGSTOP');
  await expect.poll(answers, { timeout: 10_000 }).toBe(true);
  process.kill(pair[0].process.pid, 'SIGCONT');
  pair[1].process.kill();
  await pair[1].process.exited;
  await expect.poll(answers, { timeout: 10_000 }).toBe(true);

  // The stream of points, too, finds the one that is left.
  const call = connection.reportMetrics();
  call.write({ hello: { workerId: WORKER, trialId, epoch: 1 }, batch: undefined });
  const [down] = (await once(call, 'data')) as [MetricDown];
  expect(down.resume?.ackedSeq).toBe(0);
  call.end();
});
