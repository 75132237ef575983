/** A file system of a few megabytes, to be filled: needs root and a kernel that lets us mount. */
import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from './world.js';

/** Why none can be had; null: it can. */
export function tmpfsUnavailable(): string | null {
  if (process.platform !== 'linux') return 'tmpfs is Linux only';
  if (process.getuid?.() !== 0) return 'mounting a tmpfs needs root';
  const probe = mkdtempSync(join(tmpdir(), 'adt-fault-probe-'));
  try {
    mount(probe, 1);
    execFileSync('umount', [probe], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `mounting a tmpfs was refused: ${error instanceof Error ? error.message.trim().split('\n').at(-1) : error}`;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

/** Mounted until the world has ended. @param ownerLike a file whose owner is to own it too */
export function mountTmpfs(world: World, params: { name: string; mb: number; ownerLike: string }): string {
  const folder = join(world.folder, params.name);
  mkdirSync(folder);
  mount(folder, params.mb);
  const { uid, gid } = statSync(params.ownerLike);
  chownSync(folder, uid, gid);
  return folder;
}

/** Lazily, so that it never fails for a process that is just ending. */
export function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
}

function mount(folder: string, mb: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}m,mode=0700`, 'tmpfs', folder], { stdio: 'pipe' });
}

/** Writes a file, or goes on with it, until nothing more goes in. @returns takes it away again */
export function fill(folder: string): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'a');
  try {
    for (const size of [65_536, 4_096, 512, 1]) fillWith(file, Buffer.alloc(size));
  } finally {
    closeSync(file);
  }
  return () => rmSync(path, { force: true });
}

function fillWith(file: number, chunk: Buffer): void {
  try {
    for (;;) if (writeSync(file, chunk) === 0) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
