/** Coordinators as processes of their own on one Postgres and one NATS: what can be killed, frozen and thawed. */
import type { NatsServer } from '@adt/deploy/local/nats';
import { type Addresses, startCoordinator } from '@adt/deploy/local/platformProcesses';
import type { RunningProcess } from '@adt/deploy/local/runningProcess';
import { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import { newToken } from '@adt/proto/token';
import { credentials } from '@grpc/grpc-js';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { ProcessLog } from '../harness/processLog.js';
import { ORIGIN } from './coordinator.js';
import { openTestDatabase } from './trials.js';

export type CoordinatorProcess = {
  name: string;
  token: string;
  process: RunningProcess<Addresses>;
  grpcAddress: string;
  liveAddress: string;
  trials: TrialServiceClient;
  search: SearchServiceClient;
};

export type Coordinators = {
  db: Awaited<ReturnType<typeof openTestDatabase>>;
  nats: NatsServer;
  log: ProcessLog;
  /** One more; the first to be started leads. */
  start(name: string, env?: NodeJS.ProcessEnv): Promise<CoordinatorProcess>;
};

/** All of it ends with the test file. @param common variables of every one, say ADT_LEADER_TTL_MS */
export async function coordinators(common: NodeJS.ProcessEnv = {}): Promise<Coordinators> {
  const [db, nats] = await Promise.all([openTestDatabase(), startTestNats()]);
  const token = newToken();
  const log = new ProcessLog();
  const start = async (name: string, env: NodeJS.ProcessEnv = {}): Promise<CoordinatorProcess> => {
    const process = await startCoordinator({
      token,
      databaseUrl: db.url,
      nats,
      grpcPort: 0,
      livePort: 0,
      liveOrigins: [ORIGIN],
      env: { ...common, ...env },
      onLine: log.from(name),
    });
    const { grpc: grpcAddress, live: liveAddress } = process.ready;
    const trials = new TrialServiceClient(grpcAddress, credentials.createInsecure());
    const search = new SearchServiceClient(grpcAddress, credentials.createInsecure());
    atEnd(async () => {
      trials.close();
      search.close();
      // One that a test froze would not hear the polite word.
      process.kill();
      await process.exited;
    });
    return { name, token, process, grpcAddress, liveAddress, trials, search };
  };
  return { db, nats, log, start };
}

/** Who leads, as Postgres says: its term, and null when that is over. */
export async function runningTerm(db: Coordinators['db']): Promise<number | null> {
  const { rows } = await db.pool.query<{ term: number }>(
    'SELECT term FROM leader WHERE expires_at > clock_timestamp()',
  );
  return rows[0]?.term ?? null;
}
