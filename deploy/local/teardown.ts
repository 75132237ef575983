/** Ends what was started: level by level, the last started first, within a bound. */
import { STOP_ALL_MS } from './tunables.js';

export type Part = { name: string; stop(): Promise<void>; kill(): void };

export class Teardown {
  readonly #levels = new Map<number, Part[]>();
  #stopped: Promise<void> | undefined;

  /** @param level parts of a higher level need those of the lower ones, and end before them */
  add(level: number, part: Part): void {
    this.#levels.set(level, [...(this.#levels.get(level) ?? []), part]);
  }

  /** Safe to call twice. What has not ended by the bound is killed. */
  stopAll(): Promise<void> {
    this.#stopped ??= this.#stopLevels();
    return this.#stopped;
  }

  /** SIGKILL to everything, now. */
  killAll(): void {
    for (const part of [...this.#levels.values()].flat()) part.kill();
  }

  async #stopLevels(): Promise<void> {
    const timer = setTimeout(() => this.killAll(), STOP_ALL_MS);
    const levels = [...this.#levels.keys()].sort((a, b) => b - a);
    for (const level of levels) {
      await Promise.allSettled((this.#levels.get(level) ?? []).map((part) => part.stop()));
    }
    clearTimeout(timer);
  }
}

/** Waits for all, also when one fails, so that nothing is still starting afterwards; then throws the first failure. */
export async function together(...work: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
