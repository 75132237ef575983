/** Searches held in memory, each the fold of its log: read once, followed from then on, forgotten when in doubt. */
import type { Database } from '@adt/prisma/client';
import { LoadedSearch } from '../search/log/loaded.js';
import { isSearching, readEntries, searchSource } from '../store/searchLog.js';

/** Another one is rebuilt from its log, which takes as long as reading it. */
const MOST_LOADED = 64;

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

  constructor(private readonly db: Database) {}

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
    if (!(await isSearching(this.db, sweepId))) return null;
    const search = known ?? (await this.#load(sweepId));
    if (search === null) return null;
    const entries = await readEntries(this.db, sweepId, search.length);
    readable(() => {
      for (const entry of entries) search.follow(entry);
    });
    this.#loaded.set(sweepId, search);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > MOST_LOADED && oldest !== undefined) this.#loaded.delete(oldest);
    return search;
  }

  forget(sweepId: number): void {
    this.#loaded.delete(sweepId);
  }

  async #load(sweepId: number): Promise<LoadedSearch | null> {
    const source = await searchSource(this.db, sweepId);
    return source && readable(() => LoadedSearch.from(source));
  }
}
