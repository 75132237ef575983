/** CPU time and memory of other processes, as Linux counts them in /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: what Linux counts process times in, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

type Times = { parent: number; own: number; ended: number };

/**
 * Seconds of CPU, user and system, that a process and those it started have used since they began.
 * @throws Error where there is no such process, or no /proc
 */
export function cpuSeconds(pid: number): number {
  const { own, ended } = timesOf(pid);
  return own + ended + childrenOf(pid).reduce((sum, child) => sum + cpuOrNone(child), 0);
}

/** Resident memory of a process alone, MiB. */
export function residentMiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (line === null) throw new Error(`process ${pid} has ended`);
  return Number(line[1]) / 1024;
}

export function parentOf(pid: number): number {
  return timesOf(pid).parent;
}

/** Processes that a process has started and that have not ended. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOrNone(other) === pid);
}

export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
}

/** The name in brackets may hold anything, brackets too: what follows the last one is numbers. */
function timesOf(pid: number): Times {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
    (at) => fields[at] ?? 0,
  );
  return {
    parent,
    own: (user + system) / TICKS_PER_SECOND,
    ended: (endedUser + endedSystem) / TICKS_PER_SECOND,
  };
}

/** A process may end between its listing and its reading. */
function parentOrNone(pid: number): number {
  try {
    return timesOf(pid).parent;
  } catch {
    return -1;
  }
}

function cpuOrNone(pid: number): number {
  try {
    return timesOf(pid).own;
  } catch {
    return 0;
  }
}
