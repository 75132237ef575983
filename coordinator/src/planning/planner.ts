/** Plans on a thread of its own: a sweep of ten thousand configurations would keep leases from being served meanwhile. */
import { Worker } from 'node:worker_threads';
import { LIMITS } from '../tunables.js';
import type { FromThread, Job, JobParams, JobResult, ToThread } from './jobs.js';

const THREAD = new URL('./planThread.js', import.meta.url);

/** So many jobs wait already. */
export class PlannerBusy extends Error {
  readonly code = 'PLANNER_BUSY';

  constructor() {
    super(`${LIMITS.plansAtOnce} sweep files are being read: try again`);
  }
}

type Waiting = { resolve(result: JobResult<Job>): void; reject(error: Error): void };

export class Planner {
  /** Started by the first job. */
  #thread: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #jobs = 0;
  #stopped = false;

  /**
   * Does a job that somebody has asked for.
   * @throws PlannerBusy when too many wait already; Error when the job or the thread fails
   */
  async ask<Name extends Job>(job: Name, params: JobParams<Name>): Promise<JobResult<Name>> {
    if (this.#waiting.size >= LIMITS.plansAtOnce) throw new PlannerBusy();
    return this.run(job, params);
  }

  /** Does a job of our own, of which there are few: it waits its turn. @throws Error when the job or the thread fails */
  run<Name extends Job>(job: Name, params: JobParams<Name>): Promise<JobResult<Name>> {
    if (this.#stopped) return Promise.reject(new Error('the planner has stopped'));
    this.#thread ??= this.#start();
    const thread = this.#thread;
    const id = ++this.#jobs;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as JobResult<Name>), reject });
      thread.postMessage({ id, job, params } as ToThread);
    });
  }

  /** Jobs that are under way fail. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const thread = this.#thread;
    this.#thread = null;
    this.#fail(new Error('the planner has stopped'));
    await thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { name: 'planner' });
    // Nobody waits for it at the end of the process.
    thread.unref();
    const onEnd = (error: Error) => {
      if (this.#thread !== thread) return;
      // The next job starts another one.
      this.#thread = null;
      this.#fail(error);
    };
    thread.on('message', (message: FromThread) => this.#settle(message));
    thread.on('error', (error) => onEnd(new Error('the planning thread broke', { cause: error })));
    thread.on('exit', (code) => onEnd(new Error(`the planning thread ended with ${code}`)));
    return thread;
  }

  #settle(message: FromThread): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  }

  #fail(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
