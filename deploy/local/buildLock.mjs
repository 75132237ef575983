// One build at a time: two compilers writing into one dist/ leave a mixture.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Waits for the lock file at `path`; one whose owner is gone is taken over.
 * @param {string} path
 * @param {(pid: number) => void} onWait called once when another build holds it
 * @returns {Promise<() => void>} gives the lock back
 */
export async function lockBuild(path, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  let told = false;
  try {
    while (!tryLink(draft, path)) {
      const holder = holderOf(path);
      if (holder === 0 || !isAlive(holder)) {
        rmSync(path, { force: true });
        continue;
      }
      if (!told) onWait(holder);
      told = true;
      await delay(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(path, { force: true });
}

function tryLink(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
