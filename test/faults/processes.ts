/** The processes of a world: their logs on disk, whose end was wanted, and what they took of memory. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeExit, type RunningProcess } from '@adt/deploy/local/runningProcess';
import { ProcessLog } from '../harness/processLog.js';

/** MB = 10^6 bytes, of a coordinator or a worker (its trainers apart): idle ones take 100 to 150. */
const MOST_MB = 500;

type Entry = { name: string; pid: number; expected: boolean; ended: boolean };

export class Processes {
  readonly log = new ProcessLog();
  readonly #entries: Entry[] = [];
  readonly #unexpected: string[] = [];

  constructor(private readonly folder: string) {}

  /** Receiver of a process's lines: into `NAME.log`, and to whoever waits for one. */
  lines(name: string): (line: string) => void {
    const pass = this.log.from(name);
    const path = join(this.folder, `${name}.log`);
    return (line) => {
      appendFileSync(path, `${new Date().toISOString()} ${line}\n`);
      pass(line);
    };
  }

  /** From now on its end is a finding (I9), unless `expect` was called first. */
  watch<Ready>(name: string, child: RunningProcess<Ready>): void {
    const entry: Entry = { name, pid: child.pid, expected: false, ended: false };
    this.#entries.push(entry);
    void child.exited.then((exit) => {
      entry.ended = true;
      if (!entry.expected) this.#unexpected.push(`${name} ended by itself: ${describeExit(exit)}`);
    });
  }

  expect(pid: number): void {
    for (const entry of this.#entries) if (entry.pid === pid) entry.expected = true;
  }

  expectAll(): void {
    for (const entry of this.#entries) entry.expected = true;
  }

  /** I9: what ended though nobody asked, and who took too much. */
  findings(): string[] {
    const big = this.#entries
      .filter(({ ended }) => !ended)
      .map(({ name, pid }) => ({ name, mb: peakMb(pid) }))
      .filter(({ mb }) => mb > MOST_MB)
      .map(({ name, mb }) => `${name} took ${Math.round(mb)} MB`);
    return [...this.#unexpected, ...big];
  }
}

/** Peak of resident memory; 0 where there is no /proc, or no such process any more. */
export function peakMb(pid: number): number {
  return statusKb(pid, 'VmHWM') / 1_000;
}

/** Resident memory of now. */
export function residentMb(pid: number): number {
  return statusKb(pid, 'VmRSS') / 1_000;
}

function statusKb(pid: number, field: string): number {
  const status = read(`/proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1.024;
}

/** Processor time so far, user and system. Linux counts in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
