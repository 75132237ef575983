/** The folder of checkpoints on this machine: one folder an attempt, gone with it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './spoolFolder.js';

const NAME = /^(\d+)-(\d+)\.(\d+)$/;

export class CheckpointFolder {
  /** Deletes what processes that are gone have left: what they committed is in the object store. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const pid = Number(name.match(NAME)?.[3]);
      if (pid > 0 && (pid === process.pid || !isRunning(pid)))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  /** An attempt's own, empty. */
  create(trialId: number, epoch: number): { path: string; delete(): void } {
    const path = join(this.folder, `${trialId}-${epoch}.${process.pid}`);
    mkdirSync(path);
    return { path, delete: () => rmSync(path, { recursive: true, force: true }) };
  }
}
