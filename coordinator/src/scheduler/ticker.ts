/** Runs one job now and then, one run at a time, sooner when woken; an error is logged and the next run comes anyway. */
import { type Log, reasonOf } from '../log.js';

export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** Monotonic milliseconds before which a wake is put off. */
  #restUntil = 0;
  /** What failed last, so that an outage is one line and not one a second. */
  #failing: string | null = null;

  /** @param params.restMs from the end of a run to the next one at least, however often it is woken */
  constructor(
    private readonly params: { everyMs: number; restMs?: number; work: () => Promise<void>; log: Log },
  ) {}

  /** Resolves after the first run. */
  start(): Promise<void> {
    return this.#run();
  }

  /** Runs again soon; during a run, once more right after it. */
  wake(): void {
    if (this.#running || this.#again) this.#again = true;
    else this.#soon();
  }

  /** Waits for a run in progress. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #soon(): void {
    const waitMs = this.#restUntil - performance.now();
    if (waitMs <= 0) return void this.#run();
    this.#again = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), waitMs);
  }

  #run(): Promise<void> {
    if (this.#stopped || this.#running) return this.#running ?? Promise.resolve();
    clearTimeout(this.#timer);
    this.#again = false;
    this.#running = this.#work().finally(() => {
      this.#running = null;
      this.#restUntil = performance.now() + (this.params.restMs ?? 0);
      if (this.#stopped) return;
      if (this.#again) this.#soon();
      else this.#timer = setTimeout(() => void this.#run(), this.params.everyMs);
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    try {
      await this.params.work();
      this.#failing = null;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== this.#failing) this.params.log('warn', 'will try again', { reason });
      this.#failing = reason;
    }
  }
}
