/** A platform to measure: Postgres and NATS as an installation has them, the coordinator as a process of its own. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nameDataset } from '@adt/coordinator/store/datasets';
import { startNats } from '@adt/deploy/local/nats';
import { startCoordinator } from '@adt/deploy/local/platformProcesses';
import { startPostgres } from '@adt/deploy/local/postgres';
import { type Database, openDatabase } from '@adt/prisma/client';
import { SearchServiceClient, SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { AUTHORIZATION, newToken } from '@adt/proto/token';
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { generateSynthetic } from '@adt/worker/data/synthetic';
import { credentials, Metadata } from '@grpc/grpc-js';
import { childrenOf, commandOf, parentOf } from './processUse.js';

const SUBMIT_DEADLINE_MS = 60_000;

export type Rig = {
  token: string;
  /** host:port of gRPC and of socket.io. */
  grpc: string;
  live: string;
  pids: { coordinator: number; postgres: number; nats: number };
  db: Database;
  /** Postgres' settings that say how durable it is, and its version. */
  settings: Record<string, string>;
  folder: string;
  /** Submits a sweep file. @returns its id */
  submit(spec: string): Promise<number>;
  stop(): Promise<void>;
};

/**
 * @param profileDir the coordinator writes a CPU profile there when it ends
 * @param log hears what the coordinator warns of
 */
export async function openRig(params: {
  profileDir?: string;
  /** From which a browser may watch. */
  liveOrigins?: string[];
  log(line: string): void;
}): Promise<Rig> {
  const started: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (let end = started.pop(); end; end = started.pop()) await end();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'adt-bench-platform-'));
    // Postgres runs as another user when we are root; he has to get in.
    chmodSync(folder, 0o711);
    started.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const quiet = () => {};
    const postgres = await startPostgres({ dataDir: folder, port: 0, log: quiet });
    started.push(() => postgres.stop());
    const nats = await startNats({ dataDir: folder, port: 0, log: quiet });
    started.push(() => nats.stop());
    const natsPid = childrenOf(process.pid).find((pid) => commandOf(pid).includes('nats-server'));
    if (natsPid === undefined) throw new Error('nats-server is not to be found among our processes');
    const token = newToken();
    const coordinator = await startCoordinator({
      token,
      databaseUrl: postgres.url,
      nats,
      grpcPort: 0,
      livePort: 0,
      liveOrigins: params.liveOrigins ?? [],
      env: params.profileDir === undefined ? {} : profiled(params.profileDir),
      onLine: (line) => {
        if (/"level":"(warn|error)"/.test(line)) params.log(line);
      },
    });
    started.push(() => coordinator.stop());
    const db = openDatabase({ url: postgres.url, connectionLimit: 2, queryTimeoutMs: 120_000 });
    started.push(() => db.close());
    await addDataset(db);
    const pids = { coordinator: coordinator.pid, postgres: await postmaster(db), nats: natsPid };
    const { grpc, live } = coordinator.ready;
    const client = new SearchServiceClient(grpc, credentials.createInsecure());
    started.push(() => client.close());
    const submit = (spec: string) => submitSweep(client, token, spec);
    return { token, grpc, live, pids, db, settings: await settingsOf(db), folder, submit, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function profiled(folder: string): NodeJS.ProcessEnv {
  const preload = new URL('./profileProcess.js', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, ADT_BENCH_PROFILE_DIR: resolve(folder) };
}

/** Named and never trained on. */
async function addDataset(db: Database): Promise<void> {
  const bytes = generateSynthetic();
  const { header } = decodeBundle(bytes);
  const sha256 = 'a'.repeat(64);
  await nameDataset(db, { name: 'tiny', sha256, bytes: bytes.byteLength, header, replace: false });
}

function submitSweep(client: SearchServiceClient, token: string, spec: string): Promise<number> {
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: 'bench' };
  const deadline = Date.now() + SUBMIT_DEADLINE_MS;
  return new Promise((resolve, reject) => {
    client.submitSweep(request, metadata, { deadline }, (error, reply) =>
      error === null ? resolve(reply.sweepId) : reject(error),
    );
  });
}

/** A connection's server process is a child of the one that all of them come from. */
async function postmaster(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return parentOf(rows[0]?.pid ?? -1);
}

async function settingsOf(db: Database): Promise<Record<string, string>> {
  const names = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'];
  const { rows } = await db.pool.query<{ name: string; setting: string }>(
    `SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY($1::text[])`,
    [names],
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}
