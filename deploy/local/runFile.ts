/** `run.json` in the data directory: where the running platform is, for the command line; only we can read it. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type RunFile = {
  /** The launcher. */
  pid: number;
  /** host:port. */
  grpc: string;
  live: string;
  /** null: no dashboard (--once). */
  dashboard: string | null;
  token: string;
  /** Key of login codes, so that a new link can be made while this run lasts. */
  loginKey: string;
  /** For backups, which read the stores themselves. */
  databaseUrl: string;
  nats: { url: string; token: string };
};

/** Appears whole or not at all. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  const path = runFilePath(dataDir);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function removeRunFile(dataDir: string): void {
  rmSync(runFilePath(dataDir), { force: true });
}

function runFilePath(dataDir: string): string {
  return join(dataDir, 'run.json');
}
