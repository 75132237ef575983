/** Waits between tries: doubling, jittered, cut short by an abort. */
import { setTimeout as delay } from 'node:timers/promises';
import { BACKOFF_FIRST_MS, BACKOFF_LAST_MS } from '../tunables.js';

/** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

export class Backoff {
  private nextMs = BACKOFF_FIRST_MS;

  /** Half to all of the current delay, so that workers cut off together do not come back together. */
  async wait(signal?: AbortSignal): Promise<void> {
    const ms = this.nextMs * (0.5 + Math.random() / 2);
    this.nextMs = Math.min(this.nextMs * 2, BACKOFF_LAST_MS);
    await sleep(ms, signal);
  }

  reset(): void {
    this.nextMs = BACKOFF_FIRST_MS;
  }
}
