import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { TrialRow } from '../../components/trials/rows';
import { parseView } from '../../components/trials/view';
import { exportColumns } from './exportColumns';
import { parquetChunks } from './parquet';
import { csvChunks, jsonChunks, latexChunks } from './textFormats';

const row = (id: number, cells: TrialRow['cells']): TrialRow => ({
  id,
  state: 'SUCCEEDED',
  confirms: false,
  cells: { number: id, ...cells },
  totalSteps: 0,
  startedMs: null,
  group: null,
});

async function* pagesOf(...pages: TrialRow[][]) {
  yield* pages;
}

const columns = exportColumns(parseView(new URLSearchParams('cols=number,worker,eps_max')));
const PAGES = () =>
  pagesOf(
    [row(1, { worker: '=1+1', eps_max: 0.1 }), row(2, { worker: '@SUM(A1), "x"' })],
    [row(3, { worker: 'a_b & 5%' })],
    [],
  );

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts)).buffer;
}

describe('an exported view', () => {
  it('is CSV that no spreadsheet computes', async () => {
    expect(await joined(csvChunks(PAGES(), columns))).toBe(
      ['number,worker,eps_max', "1,'=1+1,0.1", '2,"\'@SUM(A1), ""x""",', '3,a_b & 5%,', ''].join('\r\n'),
    );
    for (const start of ['=', '+', '-', '@', '\t']) {
      const text = await joined(csvChunks(pagesOf([row(1, { worker: `${start}x` })]), columns));
      expect(text).toContain(`'${start}x`);
    }
  });

  it('is JSON with null for what is absent, also when it is empty', async () => {
    expect(JSON.parse(await joined(jsonChunks(PAGES(), columns)))).toEqual([
      { number: 1, worker: '=1+1', eps_max: 0.1 },
      { number: 2, worker: '@SUM(A1), "x"', eps_max: null },
      { number: 3, worker: 'a_b & 5%', eps_max: null },
    ]);
    expect(JSON.parse(await joined(jsonChunks(pagesOf([]), columns)))).toEqual([]);
  });

  it('is LaTeX whose text prints as it is', async () => {
    const text = await joined(latexChunks(PAGES(), columns));
    expect(text).toContain('\\begin{longtable}{rlr}');
    expect(text).toContain('\\# & Worker & $\\varepsilon_{\\max}$ \\\\');
    expect(text).toContain('3 & a\\_b \\& 5\\% & -- \\\\');
  });

  it('is Parquet in row groups, so that it is never held whole', async () => {
    const many = Array.from({ length: 25 }, (_, page) =>
      Array.from({ length: 1_000 }, (_, at) =>
        row(1_000 * page + at, at % 2 ? { eps_max: at / 7 } : { worker: `w${at}` }),
      ),
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of parquetChunks(pagesOf(...many), columns)) chunks.push(chunk);
    const file = await bytesOf(pagesOfBytes(chunks));
    expect(chunks).toHaveLength(3);
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([
      10_000, 10_000, 5_000,
    ]);
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(25_000);
    expect(rows[24_999]).toEqual({ number: 24_999, worker: null, eps_max: 999 / 7 });
    expect(rows[0]).toMatchObject({ number: 0, worker: 'w0' });
  });

  it('is a Parquet file without rows when nothing fits', async () => {
    const file = await bytesOf(parquetChunks(pagesOf([]), columns));
    expect(Number(parquetMetadata(file).num_rows)).toBe(0);
  });

  it('has beside the means of groups how many seeds they are of, and how far apart', () => {
    const names = exportColumns(parseView(new URLSearchParams('cols=number,seed,best_value&group=1'))).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['number', 'best_value', 'trials', 'measured', 'best_value_sd', 'ndcg_sd']);
  });
});

async function* pagesOfBytes(chunks: Uint8Array[]) {
  yield* chunks;
}
