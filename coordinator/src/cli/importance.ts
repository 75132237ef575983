/** `adt sweep importance`: which parameters matter, over all strata and in each. */
import { type Importances, ImportanceTarget } from '@adt/proto/gen/adt/v1/results';
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { type Column, formatShare, paint, print, printJson, renderTable } from './output.js';

export const IMPORTANCE_TARGETS = ['metric', 'duration'] as const;
export type ImportanceFlags = { for: (typeof IMPORTANCE_TARGETS)[number] };

export async function importanceCommand(
  context: Context,
  sweepId: number,
  { for: target }: ImportanceFlags,
): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const asked = target === 'duration' ? ImportanceTarget.DURATION : ImportanceTarget.METRIC;
    const report = await call('getImportance', { sweepId, target: asked });
    if (context.json) return printJson(report);
    const { strata, combined } = report;
    printSection(`importance for the ${target}, all strata`, combined);
    if (strata.length === 1) return;
    for (const { dataset, model, loss, importances } of strata) {
      print('');
      printSection(`${dataset}, ${model}, ${loss}`, importances);
    }
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'parameter' },
  { title: 'share', align: 'right' },
  { title: 'strength', align: 'right' },
  { title: 'raw', align: 'right' },
  { title: 'noise', align: 'right' },
  { title: 'configurations', align: 'right' },
];

function printSection(title: string, importances: Importances | undefined): void {
  const { measured = [], lacking = [] } = importances ?? {};
  print(paint('bold', title));
  if (measured.length > 0) {
    const rows = measured.map(({ name, share, strength, raw, noise, configurations, top }) => [
      name,
      formatShare(share, 1),
      strength.toFixed(3),
      raw.toFixed(3),
      noise.toFixed(3),
      `${configurations}, best ${top}`,
    ]);
    print(renderTable(COLUMNS, rows));
  }
  for (const { name, configurations, needed } of lacking)
    print(`${name}: ${configurations} of the ${needed} configurations that it takes`);
  if (measured.length + lacking.length === 0) print('nothing was searched with two values or more');
}
