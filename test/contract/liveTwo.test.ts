/** Two coordinators, a browser on one of them, and points that the other one takes in: with NATS, without, and back. */
import { describe, expect, it } from 'vitest';
import { startTestNats } from '../harness/nats.js';
import { stablePort } from '../harness/ports.js';
import { temporaryFolder } from '../harness/temporary.js';
import {
  ask,
  type CoordinatorParams,
  LiveClient,
  MetricStream,
  type TestCoordinator,
  testCoordinator,
} from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';

async function pair(params: CoordinatorParams): Promise<[TestCoordinator, TestCoordinator]> {
  const tunables = { liveLookMs: 100, ...params.tunables };
  const a = await testCoordinator({ ...params, tunables });
  const b = await testCoordinator({ ...params, tunables, databaseUrl: a.databaseUrl, token: a.token });
  return [a, b];
}

/** A worker at this coordinator, with its trial's stream open. */
async function training(c: TestCoordinator, trialId: number): Promise<MetricStream> {
  const about = { host: 'here', pool: 'default', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(c, c.trials, 'register', { workerId: WORKER, ...about });
  const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
  const metrics = new MetricStream(c);
  await metrics.say({ hello: { workerId: WORKER, trialId, epoch: trial?.epoch ?? 0 } });
  return metrics;
}

async function report(metrics: MetricStream, seq: number): Promise<void> {
  const points = [{ step: 10 * seq, metric: OBJECTIVE, value: seq }];
  await metrics.say({ batch: { firstSeq: seq, points, totalSteps: 0 } });
}

describe('a browser on the coordinator that does not take the points in', () => {
  it('gets every point once, and versions without a gap', async () => {
    const [a, b] = await pair({ nats: await startTestNats() });
    const { sweepId, trialIds } = await addSweep(a.db);
    const metrics = await training(a, trialIds[0] as number);
    const browser = await LiveClient.connect(b);
    const version = await browser.subscribe({ kind: 'sweep', sweepId });
    for (let seq = 1; seq <= 100; seq++) await report(metrics, seq);
    await browser.seen(({ points }) => points.some(({ step }) => step === 1_000));
    const steps = browser.deltas.flatMap(({ points }) => points.map(({ step }) => step));
    expect(steps).toEqual(Array.from({ length: 100 }, (_, at) => 10 * (at + 1)));
    expect(browser.deltas.map((delta) => delta.version)).toEqual(
      browser.deltas.map((_, at) => version + 1 + at),
    );
    await metrics.end();
  });

  it('is made to fetch anew where there is no NATS, with rows that are fresh', async () => {
    const [a, b] = await pair({ nats: null });
    const { sweepId, trialIds } = await addSweep(a.db);
    const metrics = await training(a, trialIds[0] as number);
    const browser = await LiveClient.connect(b);
    const version = await browser.subscribe({ kind: 'sweep', sweepId });
    await report(metrics, 1);
    const delta = await browser.seen(({ sweeps }) => sweeps.some(({ bestValue }) => bestValue === 1));
    expect(delta.version).toBeGreaterThan(version + 1);
    await metrics.end();
  });

  it('is not left with an old view when NATS was away for a while', async () => {
    const [dataDir, port] = [temporaryFolder('away'), await stablePort()];
    const first = await startTestNats({ dataDir, port });
    const [a, b] = await pair({ nats: first });
    const { sweepId, trialIds } = await addSweep(a.db);
    const metrics = await training(a, trialIds[0] as number);
    const browser = await LiveClient.connect(b);
    await browser.subscribe({ kind: 'sweep', sweepId });
    await report(metrics, 1);
    await browser.seen(({ points }) => points.length > 0);
    const gone = [a.nextLog('NATS went away'), b.nextLog('NATS went away')];
    await first.stop();
    await Promise.all(gone);
    await report(metrics, 2);
    const late = await browser.seen(({ sweeps }) => sweeps.some(({ bestValue }) => bestValue === 2));
    // A version was skipped: the point itself is missing, so the page fetches anew.
    expect(late.version).toBeGreaterThan(1 + Math.max(...browser.deltas.slice(0, -1).map((d) => d.version)));
    const back = [a.nextLog('NATS is connected'), b.nextLog('NATS is connected')];
    const second = await startTestNats({ dataDir, port });
    await Promise.all(back);
    expect(second.url).toBe(first.url);
    await report(metrics, 3);
    await browser.seen(({ points }) => points.some(({ step }) => step === 30));
    await metrics.end();
  });
});
