/** Live deltas as a browser gets them: over real socket.io, after real commits, from one or two coordinators. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { CHANGE_SUBJECT } from '@adt/proto/subjects';
import { LIVE_TICKET, mintTicket, SESSION_TICKET } from '@adt/proto/token';
import { connect } from '@nats-io/transport-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { ask, LiveClient, MetricStream, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';
let c: TestCoordinator;

async function register(coordinator: TestCoordinator) {
  const about = { host: 'here', pool: 'default', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(coordinator, coordinator.trials, 'register', { workerId: WORKER, ...about });
}

beforeAll(async () => {
  c = await testCoordinator();
  await register(c);
});

async function stream(coordinator: TestCoordinator, trialId: number): Promise<MetricStream> {
  const { trial } = await ask(coordinator, coordinator.trials, 'claim', { workerId: WORKER, trialId });
  const metrics = new MetricStream(coordinator);
  await metrics.say({ hello: { workerId: WORKER, trialId, epoch: trial?.epoch ?? 0 } });
  return metrics;
}

function point(seq: number, value: number) {
  const points = [
    { step: seq * 10, metric: OBJECTIVE, value },
    { step: seq * 10, metric: 'train/loss', value: 1 / seq },
  ];
  return { batch: { firstSeq: 2 * seq - 1, points, totalSteps: 0 } };
}

describe('a browser that watches', () => {
  it('sees a point soon after its commit, with the fresh rows of trial and sweep', async () => {
    const { sweepId, trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    const metrics = await stream(c, trialId);
    const browser = await LiveClient.connect(c);
    const version = await browser.subscribe({ kind: 'sweep', sweepId });
    await metrics.say(point(1, 0.5));
    const delta = await browser.seen(({ points }) => points.length > 0);
    expect(delta).toMatchObject({ topic: `sweep:${sweepId}`, version: version + 1 });
    expect(delta.points).toEqual([{ trialId, epoch: 1, metric: OBJECTIVE, step: 10, value: 0.5 }]);
    expect(delta.trials).toMatchObject([
      { trialId, state: TrialState.RUNNING, bestValue: 0.5, lastStep: 10 },
    ]);
    expect(delta.sweeps).toMatchObject([{ sweepId, bestValue: 0.5, counts: { running: 1 } }]);
    expect(Date.now() - delta.committedMs).toBeLessThan(5_000);
    await metrics.end();
  });

  it('gets every point once and versions without a gap, at most four deltas a second', async () => {
    const { sweepId, trialIds } = await addSweep(c.db);
    const metrics = await stream(c, trialIds[0] as number);
    const browser = await LiveClient.connect(c);
    const version = await browser.subscribe({ kind: 'sweep', sweepId });
    const began = performance.now();
    for (let seq = 1; seq <= 200; seq++) await metrics.say(point(seq, seq));
    await browser.seen(({ points }) => points.some(({ step }) => step === 2_000));
    const seconds = (performance.now() - began) / 1_000;
    const steps = browser.deltas.flatMap(({ points }) => points.map(({ step }) => step));
    expect(steps).toEqual(Array.from({ length: 200 }, (_, at) => 10 * (at + 1)));
    expect(browser.deltas.map((delta) => delta.version)).toEqual(
      browser.deltas.map((_, at) => version + 1 + at),
    );
    // The first goes out at once, each later one a quarter of a second after the one before.
    expect(browser.deltas.length).toBeLessThanOrEqual(2 + Math.ceil(seconds * 4));
    await metrics.end();
  });

  it('sees all series of a trial on its own topic, and none on the list of sweeps', async () => {
    const { sweepId, trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    const metrics = await stream(c, trialId);
    const [one, list] = [await LiveClient.connect(c), await LiveClient.connect(c)];
    await one.subscribe({ kind: 'trial', trialId });
    await list.subscribe({ kind: 'sweeps' });
    await metrics.say(point(1, 0.5));
    const delta = await one.seen(({ points }) => points.length > 0);
    expect(delta.points.map(({ metric }) => metric)).toEqual([OBJECTIVE, 'train/loss']);
    expect(delta.sweeps).toEqual([]);
    const row = await list.seen(({ sweeps }) => sweeps.some((sweep) => sweep.sweepId === sweepId));
    expect([row.points, row.trials]).toEqual([[], []]);
    await metrics.end();
  });

  it('sees a cancelled sweep of 1,200 trials in deltas of bounded size', async () => {
    const { sweepId } = await addSweep(c.db, { size: 1_200 });
    const browser = await LiveClient.connect(c);
    await browser.subscribe({ kind: 'sweep', sweepId });
    await ask(c, c.search, 'cancelSweep', { sweepId });
    const cancelled = new Set<number>();
    await browser.seen(({ trials }) => {
      for (const trial of trials) if (trial.state === TrialState.CANCELLED) cancelled.add(trial.trialId);
      return cancelled.size === 1_200;
    });
    expect(Math.max(...browser.deltas.map(({ trials }) => trials.length))).toBe(500);
  });

  it('goes on with the versions when he subscribes again, so that no delta on its way is taken for another', async () => {
    const { sweepId, trialIds } = await addSweep(c.db);
    const metrics = await stream(c, trialIds[0] as number);
    const browser = await LiveClient.connect(c);
    await browser.subscribe({ kind: 'sweep', sweepId });
    await metrics.say(point(1, 1));
    const { version } = await browser.seen(({ points }) => points.length > 0);
    expect(await browser.subscribe({ kind: 'sweep', sweepId })).toBe(version);
    await metrics.say(point(2, 2));
    const next = await browser.seen(({ points }) => points.some(({ value }) => value === 2));
    expect(next.version).toBe(version + 1);
    await metrics.end();
  });

  it('hears no more of a topic that he left', async () => {
    const { sweepId, trialIds } = await addSweep(c.db);
    const metrics = await stream(c, trialIds[0] as number);
    const [stays, leaves] = [await LiveClient.connect(c), await LiveClient.connect(c)];
    await stays.subscribe({ kind: 'sweep', sweepId });
    await leaves.subscribe({ kind: 'sweep', sweepId });
    leaves.socket.emit('unsubscribe', { kind: 'sweep', sweepId });
    // Answered in order, so the unsubscribe has been handled when this is.
    await leaves.subscribe({ kind: 'sweeps' });
    await metrics.say(point(1, 1));
    await stays.seen(({ points }) => points.length > 0);
    expect(leaves.deltas.filter(({ topic }) => topic === `sweep:${sweepId}`)).toEqual([]);
    await metrics.end();
  });

  it('sees what another coordinator has committed', async () => {
    const nats = await startTestNats();
    const here = await testCoordinator({ nats });
    const there = await testCoordinator({ nats, databaseUrl: here.databaseUrl, token: here.token });
    await register(there);
    const { sweepId, trialIds } = await addSweep(here.db);
    const browser = await LiveClient.connect(here);
    await browser.subscribe({ kind: 'sweep', sweepId });
    const metrics = await stream(there, trialIds[0] as number);
    await metrics.say(point(1, 0.75));
    const delta = await browser.seen(({ points }) => points.length > 0);
    expect(delta.points).toMatchObject([{ step: 10, value: 0.75 }]);
    expect(delta.trials).toMatchObject([{ bestValue: 0.75 }]);
    await metrics.end();
  });
});

describe('a coordinator that shares NATS with others', () => {
  it('survives a message that makes no sense, and still hears the next one', async () => {
    const nats = await startTestNats();
    const here = await testCoordinator({ nats });
    const { sweepId } = await addSweep(here.db);
    const browser = await LiveClient.connect(here);
    await browser.subscribe({ kind: 'sweep', sweepId });
    const stranger = await connect({ servers: nats.url, token: nats.token });
    atEnd(() => stranger.close());
    for (const nonsense of ['not json', '{}', JSON.stringify({ sweepId, trialIds: 7 })]) {
      stranger.publish(CHANGE_SUBJECT, nonsense);
    }
    const change = { sweepId, trialIds: [], points: [], objective: OBJECTIVE, committedMs: 1 };
    stranger.publish(CHANGE_SUBJECT, JSON.stringify(change));
    const delta = await browser.seen(({ committedMs }) => committedMs === 1);
    expect(delta.sweeps).toMatchObject([{ sweepId }]);
  });
});

describe('the live port', () => {
  it.each(['websocket', 'polling'] as const)('refuses a foreign origin over %s', async (transport) => {
    const foreign = LiveClient.connect(c, { origin: 'https://evil.example', transports: [transport] });
    await expect(foreign).rejects.toThrow();
    const known = await LiveClient.connect(c, { transports: [transport] });
    expect(known.socket.connected).toBe(true);
  });

  it('refuses without a genuine ticket of the right purpose that has not expired', async () => {
    const tickets = [
      '',
      'live.99999999999999.abc.def',
      mintTicket(c.token, SESSION_TICKET, 60_000),
      mintTicket(c.token, LIVE_TICKET, -1),
      mintTicket('y'.repeat(43), LIVE_TICKET, 60_000),
    ];
    for (const ticket of tickets) {
      await expect(LiveClient.connect(c, { ticket })).rejects.toThrow(/UNAUTHENTICATED/);
    }
  });

  it('refuses what is not a topic, and more topics than a page can need', async () => {
    const browser = await LiveClient.connect(c);
    for (const topic of [{ kind: 'everything' }, { kind: 'sweep', sweepId: -1 }, null, 'sweeps']) {
      await expect(browser.subscribe(topic as never)).rejects.toThrow('no such topic');
    }
    for (let sweepId = 1; sweepId <= 32; sweepId++) await browser.subscribe({ kind: 'sweep', sweepId });
    await expect(browser.subscribe({ kind: 'sweep', sweepId: 33 })).rejects.toThrow('at most 32 topics');
  });

  it('answers /healthz, and nothing else', async () => {
    const [health, other] = await Promise.all(
      ['healthz', 'metrics'].map((path) => fetch(`http://${c.liveAddress}/${path}`)),
    );
    expect([health?.status, other?.status]).toEqual([200, 404]);
  });
});
