import { describe, expect, it } from 'vitest';
import type { TrialPage, TrialRow } from './rows';
import { type FetchPage, RowWindow, TABLE_BLOCK } from './rowWindow';

const SIZE = 100 * TABLE_BLOCK;

const rowAt = (id: number): TrialRow => ({
  id,
  state: 'SUCCEEDED',
  confirms: false,
  cells: { number: id },
  totalSteps: 0,
  startedMs: null,
  group: null,
});

/** The block that begins at row `cursor`. */
function pageAt(cursor: string): TrialPage {
  const from = Number(cursor);
  const rows = Array.from({ length: TABLE_BLOCK }, (_, at) => rowAt(from + at));
  return { rows, nextCursor: from + TABLE_BLOCK < SIZE ? String(from + TABLE_BLOCK) : '' };
}

const ANCHORS = Array.from({ length: SIZE / TABLE_BLOCK - 1 }, (_, at) => String((at + 1) * TABLE_BLOCK));

/** A window on rows that are their own numbers, and which blocks it asked for; `settled` when it asks no more. */
function open() {
  const asked: number[] = [];
  const fetchPage: FetchPage = async (cursor) => {
    asked.push(Number(cursor) / TABLE_BLOCK);
    return { ok: true, value: pageAt(cursor) };
  };
  const window = new RowWindow(fetchPage, () => undefined);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { window, asked, settled };
}

describe('the rows that the browser holds', () => {
  it('are fetched ahead of what is in sight, both ways, and once', async () => {
    const { window, asked, settled } = open();
    window.measured(SIZE, ANCHORS);
    await settled();
    asked.length = 0;
    window.want(50 * TABLE_BLOCK, 50 * TABLE_BLOCK + 40);
    window.want(50 * TABLE_BLOCK + 1, 50 * TABLE_BLOCK + 41);
    await settled();
    expect(asked.toSorted((a, b) => a - b)).toEqual([48, 49, 50, 51, 52]);
    expect(asked[0]).toBe(50);
    expect(window.row(50 * TABLE_BLOCK + 7)?.id).toBe(50 * TABLE_BLOCK + 7);
    expect(window.row(90 * TABLE_BLOCK)).toBeUndefined();
  });

  it('go on from page to page while nobody knows where others begin', async () => {
    const { window, settled } = open();
    expect(await window.load()).toBe(true);
    expect(window.size).toBe(TABLE_BLOCK + 1);
    window.want(TABLE_BLOCK - 1, TABLE_BLOCK);
    await settled();
    expect(window.row(TABLE_BLOCK)?.id).toBe(TABLE_BLOCK);
  });

  it('stay few however far one scrolls', async () => {
    const { window, settled } = open();
    window.measured(SIZE, ANCHORS);
    for (let block = 0; block < 100; block += 1) {
      window.want(block * TABLE_BLOCK, block * TABLE_BLOCK + 40);
      await settled();
    }
    expect([...window.rows()].length).toBeLessThanOrEqual(40 * TABLE_BLOCK);
    expect(window.row(99 * TABLE_BLOCK)?.id).toBe(99 * TABLE_BLOCK);
    expect(window.row(0)).toBeUndefined();
  });

  it('follow a live change in place', async () => {
    const { window } = open();
    await window.load();
    window.patch(
      new Map([
        [7, { ...rowAt(7), state: 'FAILED' }],
        [9_999, rowAt(9_999)],
      ]),
    );
    expect(window.row(7)?.state).toBe('FAILED');
    expect(window.row(8)?.state).toBe('SUCCEEDED');
  });

  it('keep a group as it is when its first trial changes', async () => {
    const group = { trialIds: [7, 8], trials: 2, measured: 2, bestSd: 0.1, ndcgSd: undefined };
    const { window } = open();
    window.put(0, { rows: [{ ...rowAt(7), group }], nextCursor: '' });
    window.patch(new Map([[7, { ...rowAt(7), state: 'FAILED' }]]));
    expect(window.row(0)).toEqual({ ...rowAt(7), group });
  });

  it('say why a page did not come, and ask again when wanted again', async () => {
    let refuse = true;
    const problem = {
      title: 'x',
      detail: '',
      status: 503,
      code: 'X',
      type: '',
      violations: [],
      retryAfterS: 2,
    };
    const window = new RowWindow(
      async (cursor) => (refuse ? { ok: false, problem } : { ok: true, value: pageAt(cursor) }),
      () => undefined,
    );
    expect(await window.load()).toBe(false);
    expect(window.problem).toEqual(problem);
    refuse = false;
    expect(await window.load()).toBe(true);
    expect(window.problem).toBeNull();
  });

  it('drop what is on its way when they are given up', async () => {
    let answer: (page: TrialPage) => void = () => undefined;
    const window = new RowWindow(
      (_, signal) =>
        new Promise((resolve) => {
          expect(signal.aborted).toBe(false);
          answer = (value) => resolve({ ok: true, value });
        }),
      () => undefined,
    );
    const loading = window.load();
    window.stop();
    answer(pageAt(''));
    expect(await loading).toBe(false);
  });
});
