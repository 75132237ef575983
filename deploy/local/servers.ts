/** Brings the platform's processes up, stage by stage, each kept running until the launcher ends. */
import { migrate } from '@adt/prisma/migrate';
import { newToken } from '@adt/proto/token';
import type { LaunchEnv } from './env.js';
import { freePort } from './freePort.js';
import type { LaunchOptions, Stages } from './launchOptions.js';
import type { LogFiles } from './logFiles.js';
import { type NatsServer, startNats } from './nats.js';
import { type Addresses, startCoordinator, startDashboard, startWorker } from './platformProcesses.js';
import { type Server, startPostgres } from './postgres.js';
import { type Keepable, type Kept, keepRunning } from './supervisor.js';
import { type Teardown, together } from './teardown.js';

/** What every stage needs. */
export type Launch = {
  options: LaunchOptions;
  env: LaunchEnv;
  token: string;
  stages: Stages;
  logs: LogFiles;
  teardown: Teardown;
  /** Aborted when the launcher is to end. */
  signal: AbortSignal;
  /** Ends the launcher: a process can't be kept running. */
  fail(error: unknown): void;
};

export type Running = Addresses & {
  dashboard: string | null;
  loginKey: string;
  databaseUrl: string;
  nats: { url: string; token: string };
};

/** Higher levels end first. */
const SERVERS = 1;
const COORDINATOR = 2;
const CLIENTS = 3;

/** @throws what the failing stage throws; what had started by then is in `launch.teardown` */
export async function startServers(launch: Launch, dashboardPort: number): Promise<Running> {
  const { databaseUrl, nats } = await startStores(launch);
  await launch.stages.run('migrations', async (say) => {
    const applied = await migrate({ url: databaseUrl });
    say(applied.length === 0 ? 'up to date' : `${applied.length} applied`);
  });
  const origins = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${dashboardPort}`);
  const { grpc, live } = await coordinate(launch, databaseUrl, nats, origins);
  const loginKey = newToken();
  const once = launch.options.once;
  const serving = once ? null : serveDashboard(launch, dashboardPort, { grpc, live }, loginKey);
  await together(work(launch, grpc), ...(serving === null ? [] : [serving]));
  const stores = { databaseUrl, nats: { url: nats.url, token: nats.token } };
  return { grpc, live, loginKey, ...stores, dashboard: once ? null : `http://127.0.0.1:${dashboardPort}` };
}

async function startStores(launch: Launch): Promise<{ databaseUrl: string; nats: NatsServer }> {
  const { env, options, logs } = launch;
  const { dataDir } = options;
  let postgres: Server | undefined;
  let nats: NatsServer | undefined;
  await together(
    keptServer(launch, 'Postgres', async (signal) => {
      const existingUrl = env.databaseUrl;
      postgres = await startPostgres({
        existingUrl,
        dataDir,
        port: portOf(postgres),
        log: logs.of('postgres'),
        signal,
      });
      return postgres;
    }),
    keptServer(launch, 'NATS', async (signal) => {
      nats = await startNats({
        existing: env.nats,
        dataDir,
        port: portOf(nats),
        token: nats?.token,
        log: logs.of('nats'),
        signal,
      });
      return nats;
    }),
  );
  if (postgres === undefined || nats === undefined) throw new Error('a server started and is not there');
  return { databaseUrl: postgres.url, nats };
}

/** The port of the server that ran before: clients look for its successor there. */
function portOf(server: Server | undefined): number | undefined {
  return server === undefined ? undefined : Number(new URL(server.url).port);
}

async function keptServer(
  launch: Launch,
  name: string,
  start: (signal: AbortSignal) => Promise<Server>,
): Promise<void> {
  await launch.stages.run(name, async (say) => {
    const server = await keep(launch, SERVERS, name, start);
    const { origin, note } = server.current();
    say(origin);
    if (note !== '') launch.stages.print(`    ${name}: ${note}`);
  });
}

function coordinate(
  launch: Launch,
  databaseUrl: string,
  nats: NatsServer,
  liveOrigins: string[],
): Promise<Addresses> {
  return launch.stages.run('coordinator', async (say) => {
    const [grpcPort, livePort] = [await freePort(50_051), await freePort(3001)];
    const { token, logs } = launch;
    const onLine = logs.of('coordinator');
    const kept = await keep(launch, COORDINATOR, 'coordinator', (signal) =>
      startCoordinator({ token, databaseUrl, nats, grpcPort, livePort, liveOrigins, onLine, signal }),
    );
    const addresses = kept.current().ready;
    say(`gRPC ${addresses.grpc}, live ${addresses.live}`);
    return addresses;
  });
}

function work(launch: Launch, coordinator: string): Promise<void> {
  return launch.stages.run('worker', async (say) => {
    const { token, logs, options } = launch;
    const { dataDir } = options;
    const onLine = logs.of('worker');
    await keep(launch, CLIENTS, 'worker', (signal) =>
      startWorker({ token, coordinator, dataDir, onLine, signal }),
    );
    say('on this machine');
  });
}

function serveDashboard(launch: Launch, port: number, addresses: Addresses, loginKey: string): Promise<void> {
  return launch.stages.run('dashboard', async (say) => {
    const { token, logs } = launch;
    const to = { coordinator: addresses.grpc, liveUrl: `http://${addresses.live}` };
    const onLine = logs.of('dashboard');
    await keep(launch, CLIENTS, 'dashboard', (signal) =>
      startDashboard({ token, port, ...to, loginKey, onLine, signal }),
    );
    say(`http://127.0.0.1:${port}`);
  });
}

/** Starts something that is restarted when it dies, ended with the launcher, and ends the launcher when lost. */
async function keep<T extends Keepable>(
  launch: Launch,
  level: number,
  name: string,
  start: (signal: AbortSignal) => Promise<T>,
): Promise<Kept<T>> {
  const say = (line: string) => launch.stages.print(`  ! ${line}`);
  const kept = await keepRunning({ name, start, say, signal: launch.signal });
  launch.teardown.add(level, { name, stop: kept.stop, kill: kept.kill });
  kept.lost.catch(launch.fail);
  return kept;
}
