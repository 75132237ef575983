/** Starts and stops the coordinator in one place: in a process of its own, or inside a test. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openDatabase } from '@adt/prisma/client';
import { migrate } from '@adt/prisma/migrate';
import type { CoordinatorEnv } from './env.js';
import { Changes } from './live/changes.js';
import { startLive } from './live/server.js';
import { type Dirty, type Rows, Topics } from './live/topics.js';
import { type Log, reasonOf } from './log.js';
import { startMonitoring } from './metrics/monitoring.js';
import { NatsLink } from './nats/link.js';
import { Planner } from './planning/planner.js';
import type { Context } from './rpc/context.js';
import { natsForWorkers } from './rpc/natsForWorkers.js';
import { startRpc } from './rpc/server.js';
import { sweepToWire, trialToWire } from './rpc/wire.js';
import { Scheduler } from './scheduler/scheduler.js';
import { Ticker } from './scheduler/ticker.js';
import { leaveCoordinators, meetCoordinators } from './store/coordinators.js';
import { sweepsById } from './store/sweeps.js';
import { trialsById } from './store/trials.js';

export type CoordinatorOptions = Omit<CoordinatorEnv, 'verbose' | 'parentWatch' | 'metricsListen'> & {
  log: Log;
  /** Default: another port of loopback each time. */
  metricsListen?: string | null;
};

export type Coordinator = {
  /** host:port of the gRPC listener. */
  grpcAddress: string;
  /** host:port of the socket.io listener. */
  liveAddress: string;
  /** host:port of metrics, health and readiness. */
  metricsAddress: string;
  /** Stops in reverse order; calls in flight get a bounded grace. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Migrates the database, then serves. NATS may be away, now or later; Postgres must be there.
 * @throws when Postgres can't be reached, a migration fails or a port is taken; nothing is left running then
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { log, tunables, token } = options;
  const started: (() => Promise<void>)[] = [];
  let serving = false;
  const stop = once(() => {
    serving = false;
    return stopAll(started, log);
  });
  try {
    const applied = await migrate({ url: options.migratorUrl || options.databaseUrl });
    if (applied.length > 0) log('info', 'database migrated', { migrations: applied.join(', ') });
    const onIdleError = (error: Error) =>
      log('warn', 'database connection broke', { reason: reasonOf(error) });
    const onUnanswered = () => changes.unanswered();
    const db = openDatabase({ url: options.databaseUrl, connectionLimit: 16, onIdleError, onUnanswered });
    started.push(() => db.close());

    const link = new NatsLink({
      url: options.natsUrl,
      login: options.nats,
      tls: options.tls,
      timeoutMs: tunables.natsTimeoutMs,
      log,
    });
    const planner = new Planner();
    started.push(() => planner.stop());
    const holder = `${hostname()}-${process.pid}-${randomUUID()}`;
    const changes = new Changes({ link, log, holder });
    const scheduler = new Scheduler({ db, link, changes, tunables, log, holder, planner });
    link.start();
    started.push(() => link.stop());
    await scheduler.start();
    started.push(() => scheduler.stop());

    const readRows = async ({ sweepIds, trialIds }: Dirty): Promise<Rows> => {
      const [sweeps, trials] = await Promise.all([
        sweepIds.length > 0 ? sweepsById(db, sweepIds) : [],
        trialIds.length > 0 ? trialsById(db, trialIds) : [],
      ]);
      return { sweeps: sweeps.map(sweepToWire), trials: trials.map(trialToWire) };
    };
    const topics = new Topics({
      intervalMs: tunables.liveIntervalMs,
      read: readRows,
      emit: (delta) => live.emit(delta),
      log,
    });
    const live = await startLive({
      ...splitListen(options.liveListen),
      token,
      tls: options.tls,
      origins: options.liveOrigins,
      topics,
      healthy: () =>
        db.pool.query('SELECT 1').then(
          () => true,
          () => false,
        ),
      log,
    });
    started.push(() => live.stop());
    started.push(async () => topics.stop());
    changes.onChange((change, foreign) => {
      topics.apply(change);
      // Another coordinator may have written the outbox or ended a trial, and only the leader sends and searches. Points
      // change neither, and come by the hundred a second.
      if (foreign && change.points.length === 0) scheduler.wakeAll();
    });

    changes.onMissed(() => {
      topics.missed();
      scheduler.wakeAll();
    });
    const look = new Ticker({
      everyMs: tunables.liveLookMs,
      work: async () => changes.compare(await meetCoordinators(db, { holder, told: changes.told })),
      log,
    });
    await look.start();
    started.push(async () => {
      await look.stop();
      await leaveCoordinators(db, holder);
    });

    const monitoring = await startMonitoring({
      db,
      link,
      scheduler,
      live,
      leaseTtlMs: tunables.leaseTtlMs,
      listen: options.metricsListen === undefined ? '127.0.0.1:0' : options.metricsListen,
      isServing: () => serving,
    });
    started.push(() => monitoring.stop());
    const { metrics } = monitoring;
    const natsFor = natsForWorkers(link.servers, options);
    const context: Context = { db, link, changes, scheduler, planner, tunables, log, metrics, natsFor };
    const rpc = await startRpc(context, { listen: options.grpcListen, token, tls: options.tls });
    started.push(() => rpc.stop(tunables.stopGraceMs));
    // First of all to stop: streams may use up their grace, and another coordinator can lead meanwhile.
    started.push(() => scheduler.stop());
    serving = true;
    const { address: metricsAddress } = monitoring;
    return { grpcAddress: rpc.address, liveAddress: live.address, metricsAddress, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function splitListen(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) };
}

async function stopAll(started: (() => Promise<void>)[], log: Log): Promise<void> {
  for (let stopPart = started.pop(); stopPart; stopPart = started.pop()) {
    await stopPart().catch((error) =>
      log('warn', 'a part did not stop cleanly', { reason: reasonOf(error) }),
    );
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
