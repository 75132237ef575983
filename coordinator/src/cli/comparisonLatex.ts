/** A comparison as two booktabs tables: the scores of all losses, and the tests behind them. */
import { isMaximized } from '@adt/proto/metricGoal';
import type { ArmSummary, Cell, Comparison, PairVerdict } from '../search/verdict/comparison.js';
import { formatP } from '../search/verdict/sentence.js';
import { type Grouping, sectionsOf } from './comparisonSections.js';
import { formatMetric } from './rankingTable.js';

/** Columns in the paper's order; others follow as they come. */
const LOSS_ORDER = ['CE', 'T-CE', 'R-CE'];

/** Needs \usepackage{booktabs}. */
export function comparisonLatex(comparison: Comparison, by: readonly Grouping[]): string {
  const cells = sectionsOf(comparison, by).flatMap((section) => section.cells);
  return [...scoreLines(cells, by), '', ...testLines(cells, by, comparison)].join('\n');
}

/** Text that LaTeX prints as it is. Line ends and control characters become spaces. */
export function escapeLatex(text: string): string {
  const named: Record<string, string> = {
    '\\': '\\textbackslash{}',
    '~': '\\textasciitilde{}',
    '^': '\\textasciicircum{}',
    '<': '\\textless{}',
    '>': '\\textgreater{}',
    '|': '\\textbar{}',
    '"': "''",
    // Bare, at the start of a row, the rule or line end before it would take them for its own.
    '[': '{[}',
    '*': '{*}',
  };
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[\\~^<>|"[*{}&%$#_]/g, (character) => named[character] ?? `\\${character}`);
}

function scoreLines(cells: readonly Cell[], by: readonly Grouping[]): string[] {
  const present = new Set(cells.flatMap(({ arms }) => arms.map(({ loss }) => loss)));
  const losses = [
    ...LOSS_ORDER.filter((loss) => present.has(loss)),
    ...[...present].filter((loss) => !LOSS_ORDER.includes(loss)),
  ];
  return [
    '% mean ± sd over confirmation seeds, best in bold; after Holm: * better than CE, \\dagger{} better than the other',
    '% denoising loss, \\ddagger{} worse than CE',
    ...tabular(
      'lll'.padEnd(3 + losses.length, 'c'),
      ['Data set', 'Model', 'Metric', ...losses.map(escapeLatex)],
      cells,
      by,
      (cell) => [
        [cell.dataset, cell.model, cell.metric]
          .map(escapeLatex)
          .concat(losses.map((loss) => scoreOf(cell, loss))),
      ],
    ),
  ];
}

function testLines(cells: readonly Cell[], by: readonly Grouping[], { family }: Comparison): string[] {
  const head = [
    'Data set',
    'Model',
    'Compared',
    'Seeds',
    '$\\Delta$ (\\%)',
    '$p_t$',
    '$p_\\pm$',
    '$p_\\mathrm{Holm}$',
    'Trials',
    'Verdict',
  ];
  return [
    `% Δ with 95 % CI; p of the paired t-test, of the sign-flip test, and the latter by Holm over ${family} comparisons`,
    ...tabular('lllrrrrrll', head, cells, by, (cell) => cell.pairs.map((pair) => testRow(cell, pair))),
  ];
}

/** Rows with a rule where the first grouping changes. */
function tabular(
  columns: string,
  head: readonly string[],
  cells: readonly Cell[],
  by: readonly Grouping[],
  rowsOf: (cell: Cell) => readonly (readonly string[])[],
): string[] {
  const line = (row: readonly string[]) => `${row.join(' & ')} \\\\`;
  const [outer] = by;
  const body = cells.flatMap((cell, at) => {
    const before = cells[at - 1];
    const rule =
      outer !== undefined && before !== undefined && before[outer] !== cell[outer] ? ['\\midrule'] : [];
    return [...rule, ...rowsOf(cell).map(line)];
  });
  return [
    `\\begin{tabular}{${columns}}`,
    '\\toprule',
    line(head),
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
  ];
}

function scoreOf(cell: Cell, loss: string): string {
  const spread = spreadIn(cell, loss);
  if (spread === null) return '--';
  const score = `${formatMetric(spread.mean)}${spread.sd === null ? '' : ` \\pm ${formatMetric(spread.sd)}`}`;
  const marks = marksOf(cell, loss);
  return `$${isBest(cell, loss) ? `\\mathbf{${score}}` : score}${marks === '' ? '' : `^{${marks}}`}$`;
}

function spreadIn({ arms, metric }: Cell, loss: string): ArmSummary['metrics'][number]['spread'] | null {
  const arm = arms.find((one) => one.loss === loss);
  return arm?.metrics.find((one) => one.metric === metric)?.spread ?? null;
}

/** Equal means are all best; one arm alone is none. */
function isBest(cell: Cell, loss: string): boolean {
  const means = cell.arms.flatMap((arm) => spreadIn(cell, arm.loss)?.mean ?? []);
  const best = isMaximized(cell.metric) ? Math.max(...means) : Math.min(...means);
  return means.length > 1 && spreadIn(cell, loss)?.mean === best;
}

function marksOf({ pairs }: Cell, loss: string): string {
  const marks = pairs.map((pair) => {
    if (pair.loss === loss && pair.verdict === 'better') return pair.reference === 'CE' ? '*' : '\\dagger';
    if (pair.loss === loss && pair.verdict === 'worse') return pair.reference === 'CE' ? '\\ddagger' : '';
    return pair.reference === loss && loss !== 'CE' && pair.verdict === 'worse' ? '\\dagger' : '';
  });
  return marks.join('');
}

function testRow(cell: Cell, pair: PairVerdict): string[] {
  const decided = pair.verdict === 'better' || pair.verdict === 'worse';
  return [
    escapeLatex(cell.dataset),
    escapeLatex(cell.model),
    escapeLatex(`${pair.loss} vs ${pair.reference}`),
    String(pair.seeds.length),
    deltaOf(pair),
    pText(pair.tTest?.p),
    pText(pair.signFlip?.p),
    decided ? `\\textbf{${pText(pair.adjustedP)}}` : pText(pair.adjustedP),
    `${pair.tuning.trials} : ${pair.referenceTuning.trials}`,
    pair.verdict,
  ];
}

function deltaOf({ difference }: PairVerdict): string {
  if (difference?.relative == null) return '--';
  const { relative, relativeInterval } = difference;
  const margin =
    relativeInterval === null
      ? ''
      : ` \\pm ${(50 * (relativeInterval.high - relativeInterval.low)).toFixed(2)}`;
  return `$${relative < 0 ? '-' : '+'}${(100 * Math.abs(relative)).toFixed(2)}${margin}$`;
}

function pText(p: number | null | undefined): string {
  return p == null ? '--' : escapeLatex(formatP(p));
}
