/**
 * The rows of one view that the browser holds: blocks around what is looked at, fetched ahead, the farthest let go.
 * A block begins at a cursor; anchors give those of blocks that nobody scrolled to.
 */
import type { Problem } from '@/lib/problem';
import type { Fetched } from '@/live/fetchProblem';
import type { TrialPage, TrialRow } from './rows';

/** Rows of a page, and between two anchors. */
export const TABLE_BLOCK = 100;
/** Blocks fetched beyond those in sight, both ways. */
const AHEAD = 2;
/** Blocks kept: 4,000 rows. */
const KEPT = 40;
/** Requests at once; what is wanted last is fetched first. */
const AT_ONCE = 4;

export type FetchPage = (cursor: string, signal: AbortSignal) => Promise<Fetched<TrialPage>>;

type Block = { rows: readonly TrialRow[]; nextCursor: string };

export class RowWindow {
  /** Rows of the view; before it is measured, those that are known to be there. */
  size = 0;
  /** Why the last page did not come; null: it did. */
  problem: Problem | null = null;
  #flight = new AbortController();
  readonly #blocks = new Map<number, Block>();
  readonly #fetching = new Set<number>();
  #anchors: readonly string[] = [];
  #wanted: readonly number[] = [0];
  #measured = false;

  constructor(
    private readonly fetchPage: FetchPage,
    private readonly onChange: () => void,
  ) {}

  /** Fetches the first page. @returns whether it came; if not, `problem` says why */
  async load(): Promise<boolean> {
    await this.#fetch(0);
    return this.#blocks.has(0);
  }

  /** Drops what is on its way. */
  stop(): void {
    this.#flight.abort();
    this.#flight = new AbortController();
    this.#fetching.clear();
  }

  row(index: number): TrialRow | undefined {
    return this.#blocks.get(Math.floor(index / TABLE_BLOCK))?.rows[index % TABLE_BLOCK];
  }

  /** Every row that is held, by where it stands. */
  *rows(): Generator<[index: number, row: TrialRow]> {
    for (const [at, { rows }] of this.#blocks)
      for (const [within, row] of rows.entries()) yield [at * TABLE_BLOCK + within, row];
  }

  /** What the server rendered, or what another fetch brought. */
  put(at: number, { rows, nextCursor }: TrialPage): void {
    this.#blocks.set(at, { rows, nextCursor });
    if (!this.#measured)
      this.size = Math.max(this.size, at * TABLE_BLOCK + rows.length + (nextCursor === '' ? 0 : 1));
  }

  measured(size: number, anchors: readonly string[]): void {
    this.#measured = true;
    this.size = size;
    this.#anchors = anchors;
    this.#fetchMore();
    this.onChange();
  }

  /** Says which rows are in sight. */
  want(first: number, last: number): void {
    const [from, to] = [first, last].map((index) => Math.floor(Math.max(0, index) / TABLE_BLOCK));
    const blocks: number[] = [];
    for (let at = from ?? 0; at <= (to ?? 0); at += 1) blocks.push(at);
    for (let step = 1; step <= AHEAD; step += 1) blocks.push((to ?? 0) + step, (from ?? 0) - step);
    this.#wanted = blocks.filter((at) => at >= 0);
    this.#fetchMore();
  }

  /** Fetches the wanted blocks anew; the old rows show until then. */
  refetch(): void {
    const seen = new Set(this.#wanted);
    for (const at of this.#blocks.keys()) if (!seen.has(at)) this.#blocks.delete(at);
    for (const at of this.#wanted) if (this.#blocks.has(at)) void this.#fetch(at);
  }

  /** Rows of trials that have changed, by the trial's id; those that are not held are passed over, and groups. */
  patch(changed: ReadonlyMap<number, TrialRow>): void {
    for (const [at, block] of this.#blocks) {
      if (!block.rows.some(({ id }) => changed.has(id))) continue;
      this.#blocks.set(at, {
        ...block,
        rows: block.rows.map((row) => (row.group === null ? changed.get(row.id) : null) ?? row),
      });
    }
    this.onChange();
  }

  #fetchMore(): void {
    for (const at of this.#wanted) {
      if (this.#fetching.size >= AT_ONCE) return;
      if (!this.#blocks.has(at) && !this.#fetching.has(at)) void this.#fetch(at);
    }
  }

  async #fetch(at: number): Promise<void> {
    const cursor = this.#cursorOf(at);
    if (cursor === null) return;
    this.#fetching.add(at);
    const { signal } = this.#flight;
    const answer = await this.fetchPage(cursor, signal);
    if (signal.aborted) return;
    this.#fetching.delete(at);
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) {
      this.put(at, answer.value);
      this.#letGo();
      this.#fetchMore();
    }
    this.onChange();
  }

  /** Null: beyond the end, or nobody knows yet where it begins. */
  #cursorOf(at: number): string | null {
    if (at === 0) return '';
    if (at * TABLE_BLOCK >= this.size) return null;
    return this.#anchors[at - 1] || this.#blocks.get(at - 1)?.nextCursor || null;
  }

  #letGo(): void {
    const middle = this.#wanted[0] ?? 0;
    const far = [...this.#blocks.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const at of far.slice(0, Math.max(0, far.length - KEPT))) this.#blocks.delete(at);
  }
}
