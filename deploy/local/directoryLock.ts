/** One owner a directory: a lock file that names the owner and dies with him, kill -9 included. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, startMark } from './otherProcess.js';

export type DirectoryLock = { release(): void };

/** The directory belongs to a running process. */
export class DirectoryTaken extends Error {
  constructor(
    readonly path: string,
    readonly pid: number,
  ) {
    super(`in use by process ${pid} (${path})`);
  }
}

type Holder = { pid: number; mark: string | null };

/**
 * Takes the lock file at `path`. A holder that is gone, or whose pid now belongs to another process, is replaced.
 * @throws DirectoryTaken
 */
export function lockDirectory(path: string): DirectoryLock {
  const mine: Holder = { pid: process.pid, mark: startMark(process.pid) };
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    while (!tryLink(draft, path)) {
      const holder = readHolder(path);
      if (holder !== null && holds(holder)) throw new DirectoryTaken(path, holder.pid);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}

/** A link appears whole or not at all: no one reads a half-written lock. */
function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function holds(holder: Holder): boolean {
  return isAlive(holder.pid) && startMark(holder.pid) === holder.mark;
}
