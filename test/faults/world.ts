/** The world of one fault: Postgres, nats-server, coordinators, workers, each a real process, and what befell them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Addresses, startCoordinator, startWorker } from '@adt/deploy/local/platformProcesses';
import type { RunningProcess } from '@adt/deploy/local/runningProcess';
import { type Database, openDatabase } from '@adt/prisma/client';
import { newToken } from '@adt/proto/token';
import { stablePort } from '../harness/ports.js';
import type { BrowserWatch } from './browserState.js';
import { type Databases, type OwnPostgres, ownPostgres } from './databases.js';
import { type Hints, startHints } from './hints.js';
import { Processes } from './processes.js';
import { type Profile, timings } from './profile.js';
import { startProxy, type TcpProxy } from './proxy.js';
import type { SeenSubmit } from './witness.js';

/** The compiled one, also for a vitest file that runs from sources. */
const PRELOAD = import.meta.url.includes('/dist/')
  ? new URL('./workerPreload.js', import.meta.url).href
  : new URL('../dist/faults/workerPreload.js', import.meta.url).href;

export type WorldOptions = {
  /** Default 1 each. */
  coordinators?: number;
  workers?: number;
  slots?: number;
  /** Default `shared`. */
  postgres?: 'shared' | 'own';
  nats?: boolean;
  /** `real` trains; default `oracle`. */
  trainer?: 'oracle' | 'real';
  profile?: Profile;
  /** Connections that go through a proxy: coordinators to Postgres, to NATS, workers to the first coordinator. */
  proxies?: readonly ('postgres' | 'nats' | 'grpc')[];
  coordinatorEnv?: NodeJS.ProcessEnv;
  workerEnv?: NodeJS.ProcessEnv;
};

export type CoordinatorProcess = RunningProcess<Addresses> & { index: number };
export type WorkerProcess = RunningProcess<true> & { name: string };

export type World = {
  readonly folder: string;
  readonly token: string;
  /** Past every proxy. */
  readonly databaseUrl: string;
  readonly db: Database;
  readonly postgres: OwnPostgres | null;
  readonly hints: Hints | null;
  readonly processes: Processes;
  readonly proxies: ReadonlyMap<string, TcpProxy>;
  readonly options: WorldOptions;
  /** By their place; a restarted one takes its predecessor's. */
  readonly coordinators: CoordinatorProcess[];
  readonly workers: WorkerProcess[];
  readonly witness: string;
  /** What submitters were told. */
  readonly submitted: SeenSubmit[];
  /** Who watches a sweep, as a dashboard would. */
  readonly browsers: BrowserWatch[];
  /** Where the workers have their data. */
  readonly dataDir: string;
  startCoordinator(index?: number, env?: NodeJS.ProcessEnv): Promise<CoordinatorProcess>;
  startWorker(params?: {
    env?: NodeJS.ProcessEnv;
    coordinator?: number;
    dataDir?: string;
  }): Promise<WorkerProcess>;
  /** Called before the processes are ended, newest first. */
  atEnd(ending: () => Promise<void> | void): void;
  /** kill -9 of what is left, and of the folder unless it is to be looked at. Safe to call twice. */
  close(keepFolder: boolean): Promise<void>;
};

/** Starts everything that the options ask for; on a failure nothing is left running. */
export async function openWorld(name: string, options: WorldOptions, databases: Databases): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), `adt-fault-${name}-`));
  chmodSync(folder, 0o711);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const processes = new Processes(folder);
  const endings: (() => Promise<void> | void)[] = [];
  const closing = async (keepFolder: boolean): Promise<void> => {
    processes.expectAll();
    for (let end = endings.pop(); end; end = endings.pop()) await end();
    if (!keepFolder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const servers = await startServers(options, databases, folder, processes, endings);
    const world = compose({ options, folder, dataDir, processes, endings, ...servers, close: closing });
    for (let at = 0; at < (options.coordinators ?? 1); at += 1) await world.startCoordinator(at);
    await Promise.all(Array.from({ length: options.workers ?? 1 }, () => world.startWorker()));
    return world;
  } catch (error) {
    await closing(true);
    throw error;
  }
}

type Servers = Pick<World, 'databaseUrl' | 'db' | 'postgres' | 'hints' | 'proxies'>;
type Endings = (() => Promise<void> | void)[];

async function startServers(
  options: WorldOptions,
  databases: Databases,
  folder: string,
  processes: Processes,
  endings: Endings,
): Promise<Servers> {
  const starting = options.nats === false ? null : startHints(folder, processes.lines('nats'));
  const postgres = options.postgres === 'own' ? await ownPostgres(folder, processes.lines('postgres')) : null;
  if (postgres) endings.push(() => postgres.stop());
  const databaseUrl = postgres?.url ?? (await databases.create());
  if (!postgres) endings.push(() => databases.drop(new URL(databaseUrl).pathname.slice(1)));
  const hints = await starting;
  if (hints) endings.push(() => (hints.isUp ? hints.kill() : undefined));
  const db = openDatabase({ url: databaseUrl, connectionLimit: 4, onIdleError: () => {} });
  endings.push(() => db.close());
  const proxies = new Map<string, TcpProxy>();
  for (const [kind, url] of [
    ['postgres', databaseUrl],
    ['nats', hints?.url],
  ] as const) {
    if (url && options.proxies?.includes(kind))
      proxies.set(kind, await startProxy(Number(new URL(url).port)));
  }
  endings.push(() => proxies.forEach((proxy) => void proxy.close()));
  return { databaseUrl, db, postgres, hints, proxies };
}

type Parts = Servers &
  Pick<World, 'options' | 'folder' | 'dataDir' | 'processes' | 'close'> & { endings: Endings };

function compose(parts: Parts): World {
  const { options, processes, endings, proxies, hints } = parts;
  const token = newToken();
  const witness = join(parts.folder, 'witness.jsonl');
  const ports: { grpc: number; live: number }[] = [];
  const counts = { coordinator: 0, worker: 0 };
  const kept = <Ready, Child extends RunningProcess<Ready>>(name: string, child: Child): Child => {
    processes.watch(name, child);
    endings.push(async () => {
      child.kill();
      await child.exited;
    });
    return child;
  };
  const { endings: _, ...shown } = parts;
  const world: World = {
    ...shown,
    token,
    witness,
    coordinators: [],
    workers: [],
    submitted: [],
    browsers: [],
    atEnd: (ending) => void endings.push(ending),
    async startCoordinator(index = 0, env = {}) {
      counts.coordinator += 1;
      const name = `coordinator${index + 1}-${counts.coordinator}`;
      ports[index] ??= { grpc: await stablePort(), live: await stablePort() };
      const started = await startCoordinator({
        token,
        databaseUrl: through(parts.databaseUrl, proxies.get('postgres')),
        nats: hints && { url: through(hints.url, proxies.get('nats')), token: hints.token },
        grpcPort: ports[index].grpc,
        livePort: ports[index].live,
        liveOrigins: [],
        env: { ...timings(options.profile ?? 'test'), ...options.coordinatorEnv, ...env },
        onLine: processes.lines(name),
      });
      const child = kept(name, { ...started, index });
      world.coordinators[index] = child;
      return child;
    },
    async startWorker({ env = {}, coordinator = 0, dataDir = parts.dataDir } = {}) {
      counts.worker += 1;
      const name = `worker${counts.worker}`;
      const grpc = world.coordinators[coordinator]?.ready.grpc ?? '';
      const started = await startWorker({
        token,
        coordinator: coordinator === 0 ? await throughGrpc(parts, grpc) : grpc,
        dataDir,
        slots: options.slots ?? 1,
        threadsPerSlot: 1,
        env: {
          ...oracleEnv(world),
          ...env,
        },
        onLine: processes.lines(name),
      });
      const child = kept(name, { ...started, name });
      world.workers.push(child);
      return child;
    },
  };
  return world;
}

/** What makes a worker process the one under test: the oracle's trainer, the witness, the fault's own variables. */
export function oracleEnv({ options, witness }: Pick<World, 'options' | 'witness'>): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    ADT_FAULT_TRAINER: options.trainer ?? 'oracle',
    ADT_FAULT_WITNESS: witness,
    // Every few steps, so that what is interrupted has something to go on from.
    ADT_CHECKPOINT_SECONDS: '0.2',
    ...options.workerEnv,
  };
}

/** The same URL by way of the proxy, where there is one. */
function through(url: string, proxy: TcpProxy | undefined): string {
  if (!proxy) return url;
  return url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`);
}

/** The coordinator's port is known when it runs, so its proxy comes with the first worker. */
async function throughGrpc({ options, proxies, endings }: Parts, grpc: string): Promise<string> {
  if (!options.proxies?.includes('grpc')) return grpc;
  const known = proxies as Map<string, TcpProxy>;
  const proxy = known.get('grpc') ?? (await startProxy(Number(grpc.split(':')[1])));
  if (!known.has('grpc')) endings.push(() => proxy.close());
  known.set('grpc', proxy);
  return `127.0.0.1:${proxy.port}`;
}
