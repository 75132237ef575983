/** What the verdict screen asks of the coordinator, which computes all of it. */
import 'server-only';
import { ComparisonFormat } from '@adt/proto/gen/adt/v1/results';
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import type { VerdictSnapshot } from '@/components/verdict/snapshot';
import { ask } from './coordinator';
import { type Answer, problem } from './problem';
import { getSweep } from './search';
import { READ_DEADLINE_MS, SUBMIT_DEADLINE_MS } from './tunables';

/** @param metric test metric of the verdicts; empty: what each data set is ranked by */
export async function verdictSnapshot(sweepId: number, metric: string): Promise<Answer<VerdictSnapshot>> {
  const request = { sweepIds: [sweepId], metric };
  const [sweep, reply] = await Promise.all([
    getSweep(sweepId),
    ask((client) => client.compareSweeps, request, READ_DEADLINE_MS),
  ]);
  if (!sweep.ok) return sweep;
  if (!reply.ok) return reply;
  const { comparison, sweeps } = reply.value;
  const [progress] = sweeps;
  const { summary } = sweep.value;
  if (comparison === undefined || progress === undefined || summary === undefined)
    throw new Error('the coordinator sent a comparison that is not whole');
  const cells = comparison.cells.map((cell) => ({ ...cell, arms: cell.arms.map(finite) }));
  return { ok: true, value: { sweep: summary, progress, comparison: { ...comparison, cells }, metric } };
}

/** JSON has no NaN. */
function finite<Arm extends { values: number[] }>(arm: Arm) {
  return { ...arm, values: arm.values.map((value) => (Number.isFinite(value) ? value : null)) };
}

export const VERDICT_FORMATS = {
  table3: { format: ComparisonFormat.LATEX_TABLE3, type: 'application/x-tex', suffix: 'table3.tex' },
  latex: { format: ComparisonFormat.LATEX, type: 'application/x-tex', suffix: 'tests.tex' },
  csv: { format: ComparisonFormat.CSV, type: 'text/csv', suffix: 'csv' },
  json: { format: ComparisonFormat.JSON, type: 'application/json', suffix: 'json' },
} as const;
export type VerdictFormat = keyof typeof VERDICT_FORMATS;

/** The comparison as a file's text. */
export async function verdictText(
  sweepId: number,
  metric: string,
  format: VerdictFormat,
): Promise<Answer<string>> {
  const request = { sweepIds: [sweepId], metric, format: VERDICT_FORMATS[format].format };
  const reply = await ask((client) => client.compareSweeps, request, READ_DEADLINE_MS);
  if (!reply.ok) return reply;
  if (reply.value.comparison?.cells.length) return { ok: true, value: `${reply.value.text}\n` };
  const detail = 'No configuration has been confirmed yet.';
  return { ok: false, problem: problem(409, 'NOTHING_CONFIRMED', 'Nothing to export', detail) };
}

export function addSeeds(
  sweepId: number,
  seeds: number,
  idempotencyKey: string,
): Promise<Answer<SweepSummary>> {
  const request = { sweepId, seeds, idempotencyKey, owner: '' };
  return ask((client) => client.addSeeds, request, SUBMIT_DEADLINE_MS);
}
