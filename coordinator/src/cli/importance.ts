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
    const sections = [importanceSection(`importance for the ${target}, all strata`, combined)];
    for (const { dataset, model, loss, importances } of strata.length > 1 ? strata : [])
      sections.push(importanceSection(`${dataset}, ${model}, ${loss}`, importances));
    print(sections.join('\n\n'));
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

/** A line a parameter, largest share first; below, those with too few configurations. */
export function importanceSection(title: string, importances: Importances | undefined): string {
  const { measured = [], lacking = [] } = importances ?? {};
  const rows = measured.map(({ name, share, strength, raw, noise, configurations, top }) => [
    name,
    formatShare(share, 1),
    strength.toFixed(3),
    raw.toFixed(3),
    noise.toFixed(3),
    `${configurations}, best ${top}`,
  ]);
  const lines = lacking.map(
    ({ name, configurations, needed }) =>
      `${name}: ${configurations} of the ${needed} configurations that it takes`,
  );
  const nothing = rows.length + lines.length === 0 ? ['nothing was searched with two values or more'] : [];
  return [
    paint('bold', title),
    ...(rows.length > 0 ? [renderTable(COLUMNS, rows)] : []),
    ...lines,
    ...nothing,
  ].join('\n');
}
