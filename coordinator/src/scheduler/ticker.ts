/** Runs one job now and then, one run at a time, sooner when woken; an error is logged and the next run comes anyway. */
import { type Log, reasonOf } from '../log.js';

export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** What failed last, so that an outage is one line and not one a second. */
  #failing: string | null = null;

  constructor(private readonly params: { everyMs: number; work: () => Promise<void>; log: Log }) {}

  /** Resolves after the first run. */
  start(): Promise<void> {
    return this.#run();
  }

  /** Runs again soon; during a run, once more right after it. */
  wake(): void {
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  /** Waits for a run in progress. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): Promise<void> {
    if (this.#stopped || this.#running) return this.#running ?? Promise.resolve();
    clearTimeout(this.#timer);
    this.#running = this.#work().finally(() => {
      this.#running = null;
      if (this.#stopped) return;
      if (this.#again) {
        this.#again = false;
        void this.#run();
      } else {
        this.#timer = setTimeout(() => void this.#run(), this.params.everyMs);
      }
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
