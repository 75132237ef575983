/** A view as CSV, JSON or LaTeX, a page of rows at a time. Pure. */
import type { TrialRow } from '../../components/trials/rows';
import { csvLine } from '../../format/csv';
import { formatMetric, formatParameter } from '../../format/number';
import type { ExportColumn } from './exportColumns';

export type Pages = AsyncIterable<readonly TrialRow[]>;

export async function* csvChunks(pages: Pages, columns: readonly ExportColumn[]): AsyncGenerator<string> {
  yield csvLine(columns.map(({ name }) => name));
  for await (const rows of pages)
    yield rows.map((row) => csvLine(columns.map(({ read }) => read(row)))).join('');
}

/** An array of objects, one a line; absent values are null. */
export async function* jsonChunks(pages: Pages, columns: readonly ExportColumn[]): AsyncGenerator<string> {
  let before = '[';
  for await (const rows of pages) {
    const lines = rows.map((row) =>
      JSON.stringify(Object.fromEntries(columns.map(({ name, read }) => [name, read(row) ?? null]))),
    );
    if (lines.length === 0) continue;
    yield `${before}\n${lines.join(',\n')}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

/** A table over as many pages as it needs. */
export async function* latexChunks(pages: Pages, columns: readonly ExportColumn[]): AsyncGenerator<string> {
  const shape = columns.map(({ kind }) => (kind === 'number' ? 'r' : 'l')).join('');
  const head = columns.map(({ latex }) => latex).join(' & ');
  yield '% needs \\usepackage{booktabs, longtable}\n';
  yield `\\begin{longtable}{${shape}}\n\\toprule\n${head} \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n`;
  for await (const rows of pages)
    yield rows.map((row) => `${columns.map((column) => latexCell(column, row)).join(' & ')} \\\\\n`).join('');
  yield '\\end{longtable}\n';
}

/** As the screen rounds them. */
function latexCell({ name, read }: ExportColumn, row: TrialRow): string {
  const value = read(row);
  if (value === undefined) return '--';
  if (typeof value === 'string') return latexText(value);
  const isMeasure = /^(best_value|ndcg|epsilon_at_best)/.test(name);
  return isMeasure ? formatMetric(value) : formatParameter(value).replaceAll(',', '\\,');
}

const LATEX_ESCAPES: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function latexText(text: string): string {
  return text.replace(/[\\~^&%$#_{}]/g, (letter) => LATEX_ESCAPES[letter] ?? `\\${letter}`);
}
