/** What the coordinator tells whoever watches it: its numbers, whether it lives, whether it can serve. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMetricsListener } from '@adt/worker/metrics/listener';
import { Registry } from '@adt/worker/metrics/registry';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { ask, LiveClient, MetricStream, refusalOf, testCoordinator } from './coordinator.js';
import { addSweep, addWorker, OBJECTIVE } from './trials.js';

async function get(address: string, path: string): Promise<{ code: number; text: string }> {
  const response = await fetch(`http://${address}${path}`);
  return { code: response.status, text: await response.text() };
}

/** Every sample by its name with labels. */
async function scrape(address: string): Promise<Record<string, number>> {
  const { text } = await get(address, '/metrics');
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe("the coordinator's metrics", () => {
  it('follow a trial from its claim to its end, and count what was refused', async () => {
    const c = await testCoordinator({ nats: await startTestNats() });
    await addWorker(c.db);
    const { trialIds } = await addSweep(c.db, { size: 3 });
    const workerId = 'worker-1';
    const { trial } = await ask(c, c.trials, 'claim', { workerId, trialId: trialIds[0] as number });
    const lease = { workerId, trialId: trial?.trialId ?? 0, epoch: trial?.epoch ?? 0 };
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    const points = [1, 2, 3].map((step) => ({ step, metric: OBJECTIVE, value: step / 10 }));
    await stream.say({ batch: { firstSeq: 1, points, totalSteps: 3 } });
    await stream.end();
    await addWorker(c.db, 'worker-2');
    await refusalOf(ask(c, c.trials, 'release', { ...lease, workerId: 'worker-2' }));
    await refusalOf(ask({ token: 'x'.repeat(43) }, c.trials, 'claimNext', { workerId, pool: 'default' }));
    await LiveClient.connect(c);
    expect(await scrape(c.metricsAddress)).toMatchObject({
      'adt_trials{state="QUEUED"}': 2,
      'adt_trials{state="RUNNING"}': 1,
      'adt_trials{state="FAILED"}': 0,
      'adt_queue_depth{pool="default"}': 2,
      adt_leases_live: 1,
      adt_workers: 2,
      'adt_claims_total{result="claimed"}': 1,
      adt_claim_seconds_count: 2,
      adt_ingest_points_total: 3,
      adt_ingest_seconds_count: 1,
      'adt_refusals_total{status="PERMISSION_DENIED",reason="NOT_LEASE_OWNER"}': 1,
      'adt_refusals_total{status="UNAUTHENTICATED",reason="UNAUTHENTICATED"}': 1,
      'adt_rpc_calls_total{method="Claim",status="OK"}': 1,
      adt_leader: 1,
      adt_leader_term: 1,
      adt_database_up: 1,
      adt_nats_connected: 1,
      adt_live_clients: 1,
      'adt_db_connections{state="waiting"}': 0,
    });
    await ask(c, c.trials, 'release', lease);
    expect(await scrape(c.metricsAddress)).toMatchObject({ 'adt_attempts_ended_total{state="QUEUED"}': 1 });
  });

  it('are in a form that Prometheus reads: a type for each, buckets that ascend, no name twice', async () => {
    const c = await testCoordinator();
    const { text } = await get(c.metricsAddress, '/metrics');
    const types = [...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)];
    expect(new Set(types.map(([, name]) => name)).size).toBe(types.length);
    for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
      expect(line).toMatch(/^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.]+(e[+-]?\d+)?$/);
    for (const [, name = '', type] of types) expect(name.endsWith('_total')).toBe(type === 'counter');
  });
});

describe('health and readiness', () => {
  it('are apart: without Postgres the process lives and is not ready, and its own numbers are still shown', async () => {
    const c = await testCoordinator();
    expect(await get(c.metricsAddress, '/readyz')).toEqual({ code: 200, text: 'ready\n' });
    expect(await get(c.metricsAddress, '/healthz')).toEqual({ code: 200, text: 'ok\n' });
    const name = new URL(c.databaseUrl).pathname.slice(1);
    const admin = new URL(c.databaseUrl);
    admin.pathname = '/postgres';
    const client = new pg.Client({ connectionString: admin.href });
    await client.connect();
    c.db.pool.on('error', () => {});
    try {
      await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      expect(await get(c.metricsAddress, '/readyz')).toEqual({
        code: 503,
        text: 'Postgres does not answer\n',
      });
      expect(await get(c.metricsAddress, '/healthz')).toEqual({ code: 200, text: 'ok\n' });
      const samples = await scrape(c.metricsAddress);
      expect(samples).toMatchObject({ adt_database_up: 0, adt_live_clients: 0 });
      expect(samples).not.toHaveProperty('adt_leases_live');
    } finally {
      await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await client.end();
    }
    expect(await get(c.metricsAddress, '/readyz')).toEqual({ code: 200, text: 'ready\n' });
  });

  it('answer nothing else, and end with the process', async () => {
    const c = await testCoordinator();
    expect((await get(c.metricsAddress, '/')).code).toBe(404);
    const posted = await fetch(`http://${c.metricsAddress}/metrics`, { method: 'POST' });
    expect(posted.status).toBe(405);
    await c.stop();
    await expect(get(c.metricsAddress, '/healthz')).rejects.toThrow();
  });

  it('take another port where the default is taken, and fail where the one that was asked for is', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    atEnd(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const params = { registry: new Registry(), notReady: () => null };
    const listener = await startMetricsListener({ ...params, listen: null, defaultPort: port });
    atEnd(() => listener.stop());
    expect(listener.address).not.toBe(`127.0.0.1:${port}`);
    expect(await get(listener.address, '/readyz')).toEqual({ code: 200, text: 'ready\n' });
    const asked = startMetricsListener({ ...params, listen: `127.0.0.1:${port}`, defaultPort: 1 });
    await expect(asked).rejects.toThrow('EADDRINUSE');
  });
});
