/** The folder of spools: one file per (trial, epoch) and process; what a crashed agent left is cleared away. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Spool } from './spool.js';

const NAME = /^(\d+)-(\d+)\.(\d+)\.spool$/;

export class SpoolFolder {
  /**
   * Deletes the spools of processes that are gone: the agent's death took the trainer with it, its lease runs out,
   * and whoever claims the trial next has a new epoch, which refuses every point of the old one.
   */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const pid = Number(name.match(NAME)?.[3]);
      // Our own pid on a file we have not written: the process of an earlier container.
      if (pid > 0 && (pid === process.pid || !isRunning(pid))) rmSync(join(folder, name), { force: true });
    }
  }

  /** A new, empty spool. */
  create(trialId: number, epoch: number): Spool {
    return new Spool(join(this.folder, `${trialId}-${epoch}.${process.pid}.spool`));
  }
}

/** Whether a process has this pid. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
