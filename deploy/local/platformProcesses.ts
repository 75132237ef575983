/** Coordinator, worker and dashboard as child processes: their commands, environments and ready lines. */
import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from './runningProcess.js';
import { CHILD_STOP_MS } from './tunables.js';

/** Folder of the repository; this file runs from deploy/dist/local. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export type Addresses = {
  /** host:port of the coordinator's gRPC listener. */
  grpc: string;
  /** host:port of its socket.io listener. */
  live: string;
};

/** What all three have in common. */
type Shared = {
  /** Platform token. */
  token: string;
  /** Further variables, or other values; undefined takes one away. */
  env?: NodeJS.ProcessEnv;
  onLine(line: string): void;
  signal?: AbortSignal;
};

export type CoordinatorParams = Shared & {
  databaseUrl: string;
  /** null: without NATS. */
  nats: { url: string; token: string } | null;
  grpcPort: number;
  livePort: number;
  /** Origins that a browser's live connection may come from. */
  liveOrigins: string[];
};

export function startCoordinator(params: CoordinatorParams): Promise<RunningProcess<Addresses>> {
  return startNode('coordinator', params, ['coordinator/dist/main.js'], readyAddresses, {
    DATABASE_URL: params.databaseUrl,
    NATS_URL: params.nats?.url ?? '',
    ADT_NATS_TOKEN: params.nats?.token ?? '',
    ADT_GRPC_LISTEN: `127.0.0.1:${params.grpcPort}`,
    ADT_LIVE_LISTEN: `127.0.0.1:${params.livePort}`,
    ADT_LIVE_ORIGINS: params.liveOrigins.join(','),
  });
}

export type WorkerParams = Shared & {
  coordinator: string;
  dataDir: string;
  slots?: number;
  threadsPerSlot?: number;
};

export function startWorker(params: WorkerParams): Promise<RunningProcess<true>> {
  return startNode('worker', params, ['worker/dist/main.js'], isReadyLine, {
    ADT_COORDINATOR: params.coordinator,
    ADT_DATA_DIR: params.dataDir,
    // A second for the farewell: a worker that is killed costs its trials a failure.
    ADT_DRAIN_SECONDS: String(CHILD_STOP_MS / 1000 - 1),
    ...(params.slots === undefined ? {} : { ADT_SLOTS: String(params.slots) }),
    ...(params.threadsPerSlot === undefined ? {} : { ADT_THREADS_PER_SLOT: String(params.threadsPerSlot) }),
  });
}

export type DashboardParams = Shared & {
  port: number;
  coordinator: string;
  /** Base URL of the socket.io listener, as the browser reaches it. */
  liveUrl: string;
  /** Key of one-time login codes. */
  loginKey: string;
};

export function startDashboard(params: DashboardParams): Promise<RunningProcess<true>> {
  return startNode('dashboard', params, ['dashboard/dist/server/main.js'], isReadyLine, {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    HOSTNAME: '127.0.0.1',
    PORT: String(params.port),
    ADT_COORDINATOR: params.coordinator,
    ADT_LIVE_URL: params.liveUrl,
    ADT_LOGIN_KEY: params.loginKey,
  });
}

function startNode<Ready>(
  name: string,
  params: Shared,
  args: string[],
  isReady: (line: string) => Ready | undefined,
  env: NodeJS.ProcessEnv,
): Promise<RunningProcess<Ready>> {
  const { onLine, signal } = params;
  // Each process is told its own secrets and no other's: a worker never sees Postgres.
  const { DATABASE_URL, NATS_URL, ADT_NATS_TOKEN, ADT_LOGIN_KEY, ...rest } = process.env;
  return startProcess({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', ...args],
    cwd: ROOT,
    env: { ...rest, ADT_PARENT_WATCH: '1', ADT_TOKEN: params.token, ...env, ...params.env },
    parentWatch: 'stdin',
    stopSignal: 'SIGTERM',
    stopWithinMs: CHILD_STOP_MS,
    onLine,
    isReady,
    signal,
  });
}

type ReadyLine = { ready: true } & Partial<Addresses>;

/** The one JSON line that a process of ours prints when it has started. */
function parseReady(line: string): ReadyLine | undefined {
  if (!line.startsWith('{"ready":true')) return undefined;
  return JSON.parse(line) as ReadyLine;
}

function readyAddresses(line: string): Addresses | undefined {
  const ready = parseReady(line);
  return ready?.grpc && ready.live ? { grpc: ready.grpc, live: ready.live } : undefined;
}

function isReadyLine(line: string): true | undefined {
  return parseReady(line) && true;
}
