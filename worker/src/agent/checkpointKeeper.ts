/** Brings what an attempt's trainer saves to the object store, and has the coordinator commit it. */
import { EventEmitter, once } from 'node:events';
import { rm } from 'node:fs/promises';
import { checkpointObject } from '@adt/proto/subjects';
import { type Log, messageOf } from '../log.js';
import type { CheckpointStore } from './checkpointStore.js';
import type { Connection } from './connection.js';
import type { Reporter } from './reporter.js';
import type { SavedTraining } from './trainerIpc.js';

export type KeeperParams = {
  ref: { workerId: string; trialId: number; epoch: number };
  store: CheckpointStore;
  connection: Connection;
  reporter: Reporter;
  log: Log;
  /** Another attempt owns the trial. */
  onFenced(): void;
};

type Pending = SavedTraining & {
  /** Points reported when it was saved. */
  lastSeq: number;
};

/**
 * One checkpoint at a time is on its way; of those saved meanwhile the newest waits. One that can't be brought over is
 * given up, for the next is newer: training never waits for any of them.
 */
export class CheckpointKeeper {
  private readonly closing = new AbortController();
  private readonly changes = new EventEmitter();
  private pending: Pending | null = null;
  private working: Promise<void> | null = null;

  constructor(private readonly params: KeeperParams) {}

  /** Takes over a file that the trainer has saved; it is removed when it has served. */
  keep(saved: SavedTraining): void {
    const before = this.pending;
    this.pending = { ...saved, lastSeq: this.params.reporter.lastSeq };
    if (before !== null) void rm(before.path, { force: true });
    this.working ??= this.work().finally(() => {
      this.working = null;
      this.changes.emit('idle');
    });
  }

  /** Resolves when nothing is on its way any more, or when `signal` aborts. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.working !== null) await once(this.changes, 'idle', { signal }).catch(() => {});
  }

  /** Breaks off what is on its way. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    for (let next = this.take(); next !== null; next = this.take()) {
      try {
        await this.bring(next);
      } catch (error) {
        if (!this.closing.signal.aborted)
          this.params.log.warn('checkpoint not kept', { step: next.step, why: messageOf(error) });
      } finally {
        await rm(next.path, { force: true });
      }
    }
  }

  private take(): Pending | null {
    const next = this.closing.signal.aborted ? null : this.pending;
    if (next !== null) this.pending = null;
    return next;
  }

  private async bring({ path, step, resumeStep, lastSeq, milliseconds }: Pending): Promise<void> {
    const { ref, store, reporter, connection, log } = this.params;
    const { signal } = this.closing;
    const startedMs = performance.now();
    const name = checkpointObject({ ...ref, step });
    const { sha256, bytes } = await store.upload(path, name, signal);
    // Committed before its points, a checkpoint would leave a hole in the curve of whoever goes on from it.
    if (!(await reporter.delivered(lastSeq, signal))) return await store.remove(name);
    const checkpoint = { epoch: ref.epoch, step, resumeStep, sha256, bytes };
    const answer = await connection.persist('commitCheckpoint', { ...ref, checkpoint, lastSeq }, signal);
    if (answer === null) return;
    if ('reply' in answer) {
      const ms = Math.round(performance.now() - startedMs);
      return log.info('checkpoint committed', { step, bytes, savedMs: Math.round(milliseconds), ms });
    }
    await store.remove(name);
    if (answer.refusal.kind === 'fenced') return this.params.onFenced();
    throw new Error(answer.refusal.message);
  }
}
