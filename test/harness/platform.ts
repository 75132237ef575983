/** The whole platform for a test file: Postgres, nats-server, coordinator, workers, dashboard, each a real process. */

import type { NatsServer } from '@adt/deploy/local/nats';
import {
  type Addresses,
  startCoordinator,
  startDashboard,
  startWorker,
} from '@adt/deploy/local/platformProcesses';
import type { RunningProcess } from '@adt/deploy/local/runningProcess';
import { LOGIN_TICKET, mintTicket, newToken } from '@adt/proto/token';
import { atEnd } from './cleanup.js';
import { startTestNats } from './nats.js';
import { stablePort } from './ports.js';
import { createDatabase } from './postgres.js';
import { ProcessLog } from './processLog.js';
import { temporaryFolder } from './temporary.js';

export type PlatformOptions = {
  /** Workers started at once; default 1. */
  workers?: number;
  /** Slots of each worker; default 1. */
  slots?: number;
  dashboard?: boolean;
  /** All on one database; the first leads, at first. Default 1. */
  coordinators?: number;
  /** false: hints do without NATS. */
  nats?: boolean;
  /** Variables of the coordinator, say ADT_LEASE_TTL_MS=3000. */
  coordinatorEnv?: NodeJS.ProcessEnv;
  workerEnv?: NodeJS.ProcessEnv;
};

export type Platform = {
  databaseUrl: string;
  nats: NatsServer | null;
  /** Platform token: bearer of gRPC calls. */
  token: string;
  grpc: string;
  live: string;
  /** Data directory of the workers, and of a command line that is to see the same local store. */
  dataDir: string;
  /** The first one, whose addresses `grpc` and `live` are. */
  coordinator: RunningProcess<Addresses>;
  others: RunningProcess<Addresses>[];
  workers: RunningProcess<true>[];
  dashboard: (RunningProcess<true> & { url: string; loginUrl(): string }) | null;
  /** Log lines of every process so far, `name: line`; waits for one with `log.next`. */
  log: ProcessLog;
  /** One more worker, ready. */
  startWorker(env?: NodeJS.ProcessEnv): Promise<RunningProcess<true>>;
  /** The coordinator anew, on the same ports, after a test ended it. */
  restartCoordinator(): Promise<RunningProcess<Addresses>>;
};

/** Starts a platform and waits until every part is ready; all of it ends with the test file. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const log = new ProcessLog();
  const token = newToken();
  const dataDir = temporaryFolder('platform');
  const [databaseUrl, nats] = await Promise.all([
    createDatabase(),
    options.nats === false ? null : startTestNats(),
  ]);
  const webPort = await stablePort();
  const origin = `http://127.0.0.1:${webPort}`;

  type Ports = { grpcPort: number; livePort: number };
  const freePorts = async (): Promise<Ports> => ({
    grpcPort: await stablePort(),
    livePort: await stablePort(),
  });
  const coordinate = async ({ grpcPort, livePort }: Ports): Promise<RunningProcess<Addresses>> => {
    const liveOrigins = [origin];
    const env = options.coordinatorEnv;
    const common = { token, databaseUrl, nats, grpcPort, livePort, liveOrigins, env };
    return kept(await startCoordinator({ ...common, onLine: log.from('coordinator') }));
  };
  const work = async (env: NodeJS.ProcessEnv = {}): Promise<RunningProcess<true>> => {
    const slots = options.slots ?? 1;
    const common = { token, coordinator: addressesOf(platform, 'grpc'), dataDir, slots, threadsPerSlot: 1 };
    const merged = { ...options.workerEnv, ...env };
    const worker = kept(await startWorker({ ...common, env: merged, onLine: log.from('worker') }));
    platform.workers.push(worker);
    return worker;
  };

  const firstPorts = await freePorts();
  const coordinator = await coordinate(firstPorts);
  const others: RunningProcess<Addresses>[] = [];
  for (let more = 1; more < (options.coordinators ?? 1); more++)
    others.push(await coordinate(await freePorts()));
  const platform: Platform = {
    databaseUrl,
    nats,
    token,
    ...coordinator.ready,
    dataDir,
    coordinator,
    others,
    workers: [],
    dashboard: null,
    log,
    startWorker: work,
    async restartCoordinator() {
      platform.coordinator = await coordinate(firstPorts);
      return platform.coordinator;
    },
  };
  const starts: Promise<unknown>[] = Array.from({ length: options.workers ?? 1 }, () => work());
  if (options.dashboard) starts.push(serveDashboard(platform, webPort));
  await Promise.all(starts);
  return platform;
}

/** Of all coordinators, with commas between. */
function addressesOf({ coordinator, others }: Platform, of: 'grpc' | 'live', prefix = ''): string {
  return [coordinator, ...others].map(({ ready }) => `${prefix}${ready[of]}`).join();
}

async function serveDashboard(platform: Platform, port: number): Promise<void> {
  const loginKey = newToken();
  const url = `http://127.0.0.1:${port}`;
  const dashboard = await startDashboard({
    token: platform.token,
    port,
    coordinator: addressesOf(platform, 'grpc'),
    liveUrl: addressesOf(platform, 'live', 'http://'),
    loginKey,
    onLine: platform.log.from('dashboard'),
  });
  const loginUrl = () => `${url}/login#${mintTicket(loginKey, LOGIN_TICKET, 60_000)}`;
  platform.dashboard = { ...kept(dashboard), url, loginUrl };
}

function kept<Ready>(child: RunningProcess<Ready>): RunningProcess<Ready> {
  atEnd(() => child.stop());
  return child;
}
