/** Searches held in memory, each the fold of its log: read once, followed from then on, forgotten when in doubt. */
import { setImmediate } from 'node:timers/promises';
import type { Database } from '@adt/prisma/client';
import { LoadedSearch, type SearchText, type StoredPlan } from '../search/log/loaded.js';
import { isSearching, readEntries, searchSource } from '../store/searchLog.js';

/** Another one is rebuilt from its log, which takes as long as reading it. */
const MOST_LOADED = 64;

/** Entries that are followed at a time, some milliseconds each: leases are served in between. */
const SLICE = 200;

/** Compiles a stored sweep file, on whatever thread; `message` says why it can't be compiled any more. */
export type Restore = (
  text: SearchText,
) => Promise<({ ok: true } & StoredPlan) | { ok: false; message: string }>;

/** A search that can't go on, however often it is tried: its sweep file or log is not what this version reads or writes. */
export class StuckSearch extends Error {
  readonly code = 'STUCK_SEARCH';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** @throws StuckSearch in place of whatever `work` throws */
export function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new StuckSearch(error);
  }
}

export class SearchMemory {
  /** The one used longest ago first. */
  readonly #loaded = new Map<number, LoadedSearch>();
  /** One job at a time a sweep: two would only take each other's numbers. */
  readonly #queues = new Map<number, Promise<unknown>>();

  constructor(private readonly params: { db: Database; restore: Restore }) {}

  /** What is in memory, as of the last look at the log or a little ahead of it; never asks Postgres. */
  peek(sweepId: number): LoadedSearch | undefined {
    return this.#loaded.get(sweepId);
  }

  /**
   * Runs one job on a search, after those before it. Whatever a job adds in memory must be in the log when it returns:
   * one that throws leaves nobody knowing, so the search is forgotten and read anew.
   */
  inTurn<T>(sweepId: number, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(sweepId) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      this.forget(sweepId);
      throw error;
    });
    const settled = turn.catch(() => {});
    this.#queues.set(sweepId, settled);
    void settled.then(() => {
      if (this.#queues.get(sweepId) === settled) this.#queues.delete(sweepId);
    });
    return turn;
  }

  /**
   * The search as the log has it now; null when it is over. Only within `inTurn`.
   * @throws StuckSearch
   */
  async current(sweepId: number): Promise<LoadedSearch | null> {
    const known = this.#loaded.get(sweepId);
    this.#loaded.delete(sweepId);
    const { db } = this.params;
    if (!(await isSearching(db, sweepId))) return null;
    const search = known ?? (await this.#load(sweepId));
    if (search === null) return null;
    const entries = await readEntries(db, sweepId, search.length);
    for (const [at, entry] of entries.entries()) {
      readable(() => search.follow(entry));
      if (at % SLICE === SLICE - 1) await setImmediate();
    }
    this.#loaded.set(sweepId, search);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > MOST_LOADED && oldest !== undefined) this.#loaded.delete(oldest);
    return search;
  }

  forget(sweepId: number): void {
    this.#loaded.delete(sweepId);
  }

  async #load(sweepId: number): Promise<LoadedSearch | null> {
    const { db, restore } = this.params;
    const source = await searchSource(db, sweepId);
    if (source === null) return null;
    const compiled = await restore(source);
    if (!compiled.ok) throw new StuckSearch(new Error(compiled.message));
    return readable(() => LoadedSearch.of(source, compiled));
  }
}
