/** A comparison laid out as Table 3 of Wang et al. (WSDM 2021): models and losses down, measures of each data set across. */
import { isMaximized } from '@adt/proto/metricGoal';
import type { Cell, Comparison } from '../search/verdict/comparison.js';
import { escapeLatex } from './comparisonLatex.js';
import { formatMetric } from './rankingTable.js';

const BASE = 'CE';
/** Recall or NDCG of all users, as RI averages them. */
const RANKING = /^test\/(recall|ndcg)@(\d+)$/;

/** Needs \usepackage{booktabs}. Means over the confirmation seeds; RI over CE, averaged over the data sets. */
export function comparisonPaperTable({ cells }: Comparison): string {
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))].map((dataset) => ({
    dataset,
    metrics: rankingMetrics(cells.filter((cell) => cell.dataset === dataset)),
  }));
  const columns = datasets.map(({ metrics }) => 'c'.repeat(metrics.length)).join('');
  const models = [...new Set(cells.map(({ model }) => model))];
  const line = (row: readonly string[]) => `${row.join(' & ')} \\\\`;
  return [
    '% means over confirmation seeds, best of a model in bold; RI: mean relative improvement over CE',
    `\\begin{tabular}{l${columns}r}`,
    '\\toprule',
    line(['', ...datasets.map(({ dataset, metrics }) => heading(dataset, metrics.length)), '']),
    line(['Model', ...datasets.flatMap(({ metrics }) => metrics.map(shortName)), 'RI']),
    ...models.flatMap((model) => [
      '\\midrule',
      ...lossesOf(cells, model).map((loss) => line(rowOf(cells, datasets, { model, loss }))),
    ]),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

type DatasetColumns = { dataset: string; metrics: readonly string[] };

function heading(dataset: string, span: number): string {
  return `\\multicolumn{${span}}{c}{${escapeLatex(dataset)}}`;
}

/** Recall before NDCG, K ascending. */
function rankingMetrics(cells: readonly Cell[]): string[] {
  const names = cells.flatMap(({ arms }) =>
    arms.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)),
  );
  const place = (name: string) => (name.startsWith('test/recall') ? 0 : 1);
  return [...new Set(names)]
    .filter((name) => RANKING.test(name))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
}

function shortName(metric: string): string {
  const [, measure, k] = RANKING.exec(metric) ?? [];
  return `${measure === 'recall' ? 'R' : 'N'}@${k}`;
}

/** CE first: the others are its variants. */
function lossesOf(cells: readonly Cell[], model: string): string[] {
  const losses = new Set(
    cells.filter((cell) => cell.model === model).flatMap(({ arms }) => arms.map(({ loss }) => loss)),
  );
  const others = ['T-CE', 'R-CE'].filter((loss) => losses.has(loss));
  const rest = [...losses].filter((loss) => loss !== BASE && !others.includes(loss));
  return [...(losses.has(BASE) ? [BASE] : []), ...others, ...rest];
}

function rowOf(
  cells: readonly Cell[],
  datasets: readonly DatasetColumns[],
  { model, loss }: { model: string; loss: string },
): string[] {
  const cellOf = (dataset: string) => cells.find((cell) => cell.dataset === dataset && cell.model === model);
  const scores = datasets.flatMap(({ dataset, metrics }) =>
    metrics.map((metric) => scoreOf(cellOf(dataset), loss, metric)),
  );
  const improvements = datasets.flatMap(({ dataset }) => improvementOf(cellOf(dataset), loss) ?? []);
  const title = loss === BASE ? escapeLatex(model) : `+${escapeLatex(loss)}`;
  return [title, ...scores, meanPercent(improvements)];
}

function scoreOf(cell: Cell | undefined, loss: string, metric: string): string {
  const means = new Map(
    (cell?.arms ?? []).map((arm) => [
      arm.loss,
      arm.metrics.find((one) => one.metric === metric)?.spread.mean ?? null,
    ]),
  );
  const mean = means.get(loss) ?? null;
  if (mean === null) return '--';
  const known = [...means.values()].filter((value) => value !== null);
  const best = isMaximized(metric) ? Math.max(...known) : Math.min(...known);
  const text = formatMetric(mean);
  return known.length > 1 && mean === best ? `\\textbf{${text}}` : text;
}

function improvementOf(cell: Cell | undefined, loss: string): number | null {
  const pair = cell?.pairs.find((one) => one.loss === loss && one.reference === BASE);
  return pair?.relativeImprovement ?? null;
}

function meanPercent(shares: readonly number[]): string {
  if (shares.length === 0) return '-';
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `$${mean < 0 ? '-' : ''}${Math.abs(100 * mean).toFixed(2)}\\%$`;
}
