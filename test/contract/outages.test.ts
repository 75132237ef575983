/** Postgres connections that break under load: nothing acked is lost, nothing is stored twice, nobody is blamed. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { openDatabase } from '@adt/prisma/client';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';
import { ask, MetricStream, Refused, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';

/** Cuts every connection to the database but our own. */
async function cutConnections(c: TestCoordinator): Promise<void> {
  await c.db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

/** Calls again while the coordinator says that it can't now; any other refusal is a failure. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 'UNAVAILABLE') throw error;
    }
  }
}

describe('broken connections', () => {
  it('cost a worker a repeat and nothing else', async () => {
    const c = await testCoordinator();
    const about = { host: 'here', pool: 'default', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
    await ask(c, c.trials, 'register', { workerId: WORKER, ...about });
    const { trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });

    let acked = 0;
    let cuts = 0;
    while (acked < 1_000) {
      const stream = new MetricStream(c);
      try {
        const hello = { workerId: WORKER, trialId, epoch: 1 };
        const { resume } = await stream.say({ hello });
        // What was acked is stored; what was stored unacked may be more.
        expect(resume?.ackedSeq).toBeGreaterThanOrEqual(acked);
        acked = resume?.ackedSeq ?? 0;
        while (acked < 1_000) {
          const points = Array.from({ length: 20 }, (_, at) => ({
            step: acked + at + 1,
            metric: OBJECTIVE,
            value: acked + at + 1,
          }));
          const answer = stream.say({ batch: { firstSeq: acked + 1, points, totalSteps: 0 } });
          // It may be refused while the cut is under way, before anyone awaits it.
          answer.catch(() => {});
          if (acked % 100 === 0 && cuts < 10) {
            cuts += 1;
            await cutConnections(c);
          }
          acked = (await answer).ack?.ackedSeq ?? acked;
        }
        await stream.end();
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 'UNAVAILABLE') throw error;
      }
    }
    const { curves } = await persist(() =>
      ask(c, c.search, 'getCurves', { trialIds: [trialId], metrics: [], maxPoints: 2_000 }),
    );
    const expected = Array.from({ length: 1_000 }, (_, at) => at + 1);
    expect(curves).toMatchObject([{ steps: expected, values: expected }]);
    expect(cuts).toBeGreaterThan(0);
    const beat = { workerId: WORKER, leases: [{ trialId, epoch: 1 }], draining: false };
    const { decisions } = await persist(() => ask(c, c.trials, 'heartbeat', beat));
    expect(decisions).toMatchObject([{ decision: 'DECISION_CONTINUE' }]);
  });
});

describe('a connection that is half-open', () => {
  it('fails what was asked over it in bounded time, and the next statement goes over a new one', async () => {
    const url = new URL(await createDatabase());
    const proxy = await startProxy(Number(url.port));
    url.port = String(proxy.port);
    const db = openDatabase({ url: url.href, connectionLimit: 1, queryTimeoutMs: 300 });
    atEnd(() => db.close());
    await db.pool.query('SELECT 1');
    proxy.freeze();
    await expect(db.pool.query('SELECT 1')).rejects.toThrow('Query read timeout');
    expect((await db.pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });
});

/** Stands between a client and a server on loopback; `freeze` lets the connections of now stand and carry nothing. */
async function startProxy(target: number): Promise<{ port: number; freeze(): void }> {
  const pairs: Socket[][] = [];
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
    pairs.push([client, upstream]);
  });
  atEnd(() => {
    server.close();
    for (const socket of pairs.flat()) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const freeze = () => {
    for (const socket of pairs.flat()) socket.unpipe().pause();
  };
  return { port, freeze };
}
