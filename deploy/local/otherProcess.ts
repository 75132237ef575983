/** What can be known of a process that is not our child: alive, since when, running what; and its end. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ORPHAN_POLL_MS, SERVER_STOP_MS } from './tunables.js';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return stateOf(pid) !== 'Z';
}

/** A mark that differs between two processes that were given the same pid; null when the process is gone. */
export function startMark(pid: number): string | null {
  const fields = statFields(pid);
  if (fields !== null) return fields[19] ?? null;
  return process.platform === 'linux' ? null : ps(pid, 'lstart=');
}

/** Program and arguments, joined with blanks; empty when the process is gone. */
export function commandLine(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Signals a process and waits for its end; SIGKILL when it takes too long. */
export async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  const deadline = performance.now() + SERVER_STOP_MS;
  signalIfAlive(pid, signal);
  while (isAlive(pid)) {
    if (performance.now() > deadline) signalIfAlive(pid, 'SIGKILL');
    await delay(ORPHAN_POLL_MS);
  }
}

/** It may end between the look and the signal. */
function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function stateOf(pid: number): string {
  return statFields(pid)?.[0] ?? '';
}

/** Fields of /proc/PID/stat behind the name in brackets: [0] state, [19] start time in ticks since boot. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function ps(pid: number, column: string): string | null {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}
