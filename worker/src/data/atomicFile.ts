/** Files that appear whole or not at all, and stay after a power failure. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY = /^\.tmp-(\d+)-[0-9a-f]{12}$/;

/** Writes `path` by way of a temporary file beside it; an existing file is replaced in one step. */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  await replaceFileBy(path, (handle) => handle.writeFile(content));
}

/** The same for what does not fit into memory: `write` puts it into the temporary file. */
export async function replaceFileBy(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  await withTemporary(path, write, (temporary) => rename(temporary, path));
}

/** Like replaceFile, but leaves an existing file alone. @returns false: `path` exists already */
export async function createFile(path: string, content: Uint8Array | string): Promise<boolean> {
  try {
    await withTemporary(
      path,
      (handle) => handle.writeFile(content),
      (temporary) => link(temporary, path),
    );
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Makes what was renamed, linked or removed in `directory` durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the temporary files of processes that are gone. */
export async function removeStrayTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = Number(name.match(TEMPORARY)?.[1]);
    if (pid > 0 && !isRunning(pid)) await rm(join(directory, name), { force: true });
  }
}

/** A new name in `directory` that readers skip, and that is cleared away when this process dies with it. */
export function temporaryPath(directory: string): string {
  return join(directory, `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

async function withTemporary(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
  publish: (temporary: string) => Promise<void>,
): Promise<void> {
  const directory = dirname(path);
  const temporary = temporaryPath(directory);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(temporary);
    await syncDirectory(directory);
  } finally {
    await rm(temporary, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}
