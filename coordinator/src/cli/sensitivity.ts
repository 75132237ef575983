/** `adt sweep sensitivity`: the metric over ε_max × ε_N and over β, mean ± sd over seeds, beside CE. */
import { type Sensitivity, type SensitivityCell, SensitivityOthers } from '@adt/proto/gen/adt/v1/results';
import { spreadFromWire } from '../rpc/comparisonWire.js';
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { type Column, paint, print, printJson, printNote, renderTable } from './output.js';
import { formatSpread } from './rankingTable.js';

export const SENSITIVITY_OTHERS = ['fixed', 'best'] as const;
export type SensitivityFlags = { metric?: string; others: (typeof SENSITIVITY_OTHERS)[number] };

/** More columns than a terminal shows: the cells are then listed. */
const WIDEST = 8;

export async function sensitivityCommand(
  context: Context,
  sweepId: number,
  { metric = '', others }: SensitivityFlags,
): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const asked = others === 'best' ? SensitivityOthers.BEST : SensitivityOthers.FIXED;
    const { sensitivities } = await call('getSensitivity', { sweepId, metric, others: asked });
    if (context.json) return printJson(sensitivities);
    if (sensitivities.length === 0) return printNote(`sweep ${sweepId}: no training has ended yet`);
    print(sensitivities.map(sensitivitySection).join('\n\n'));
  });
}

/** One data set and model. */
export function sensitivitySection(found: Sensitivity): string {
  const { dataset, model, metric, tce, rce, ce } = found;
  const best = (cell: SensitivityCell | undefined) => cell?.configHash;
  const parts = [paint('bold', `${dataset}, ${model}: ${metric}`)];
  if (tce.length > 0) parts.push('', 'T-CE', gridOf(tce, best(found.tceBest)));
  if (rce.length > 0) parts.push('', 'R-CE', lineOf(rce, best(found.rceBest)));
  if (ce !== undefined) parts.push('', `CE  ${textOf(ce, undefined)}`);
  if (tce.length + rce.length > 0)
    parts.push('', '* best of its loss; – was not run with these other parameters');
  return parts.join('\n');
}

function gridOf(cells: readonly SensitivityCell[], best: string | undefined): string {
  const epsN = [...new Set(cells.map((cell) => cell.epsN ?? 0))].sort((a, b) => a - b);
  if (epsN.length > WIDEST) return listOf(cells, best);
  const epsMax = [...new Set(cells.map((cell) => cell.epsMax ?? 0))];
  const columns: Column[] = [
    { title: 'ε_max', align: 'right' },
    ...epsN.map((value): Column => ({ title: `ε_N ${value}` })),
  ];
  const rows = epsMax.map((row) => [
    String(row),
    ...epsN.map((column) => {
      const cell = cells.find((one) => one.epsMax === row && one.epsN === column);
      return cell === undefined ? '–' : textOf(cell, best);
    }),
  ]);
  return renderTable(columns, rows);
}

function listOf(cells: readonly SensitivityCell[], best: string | undefined): string {
  const columns: Column[] = [
    { title: 'ε_max', align: 'right' },
    { title: 'ε_N', align: 'right' },
    { title: 'value' },
  ];
  return renderTable(
    columns,
    cells.map((cell) => [String(cell.epsMax), String(cell.epsN), textOf(cell, best)]),
  );
}

function lineOf(cells: readonly SensitivityCell[], best: string | undefined): string {
  const columns: Column[] = [{ title: 'β', align: 'right' }, { title: 'value' }];
  return renderTable(
    columns,
    cells.map((cell) => [String(cell.beta), textOf(cell, best)]),
  );
}

/** `0.0913 ± 0.0004 (2) of 6*`: seeds in brackets, then how many configurations competed. */
function textOf({ spread, among, configHash }: SensitivityCell, best: string | undefined): string {
  const competed = among > 1 ? ` of ${among}` : '';
  return `${formatSpread(spreadFromWire(spread))}${competed}${configHash === best ? '*' : ''}`;
}
