/** `adt sweep export`: every trial with its configuration and metrics, for a spreadsheet or a script. */
import type { MetricValue, TrialState } from '@adt/proto/gen/adt/v1/common';
import type { TrialPhase, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { withPlatform } from './connect.js';
import type { Context } from './context.js';
import { type Cell, csvLine } from './csv.js';
import { print } from './output.js';
import { fetchTrials } from './sweepShow.js';

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export async function exportCommand(context: Context, sweepId: number, format: ExportFormat): Promise<void> {
  await withPlatform(context, async (connection) => {
    // Asked first: an unknown sweep has no trials, which would look like an empty export.
    await connection.call('getSweep', { sweepId });
    const trials = await fetchTrials(connection, sweepId);
    if (format === 'json') print(JSON.stringify(trials.map(trialDocument), null, 2));
    else for (const line of csvLines(trials)) print(line);
  });
}

type ExportColumn = readonly [name: string, read: (trial: TrialSummary) => Cell];

/** Names as in sweep files where there is one. */
const COLUMNS: readonly ExportColumn[] = [
  ['trial_id', ({ trialId }) => trialId],
  ['number', ({ number }) => number],
  ['state', ({ state }) => stateName(state)],
  ['phase', ({ phase }) => phaseName(phase)],
  ['stratum', ({ stratum }) => stratum],
  ['configuration', ({ configuration }) => configuration],
  ['dataset', ({ config }) => config?.dataset],
  ['model', ({ config }) => config?.model],
  ['loss', ({ config }) => config?.loss],
  ['eps_max', ({ config }) => config?.epsMax],
  ['eps_n', ({ config }) => config?.epsN],
  ['beta', ({ config }) => config?.beta],
  ['nr_fp_weight', ({ config }) => config?.nrFpWeight],
  ['nr_negative_weight', ({ config }) => config?.nrNegativeWeight],
  ['nmtr_click_weight', ({ config }) => config?.nmtrClickWeight],
  ['mlp_layers', ({ config }) => config?.mlpLayers],
  ['dropout', ({ config }) => config?.dropout],
  ['hidden', ({ config }) => config?.hidden],
  ['corruption', ({ config }) => config?.corruption],
  ['lr', ({ config }) => config?.lr],
  ['factors', ({ config }) => config?.factors],
  ['negatives', ({ config }) => config?.negatives],
  ['batch_size', ({ config }) => config?.batchSize],
  ['epochs', ({ config }) => config?.epochs],
  ['eval_every', ({ config }) => config?.evalEvery],
  ['valid_users', ({ config }) => config?.validUsers],
  ['topk', ({ config }) => config?.topk.join(' ')],
  ['select', ({ config }) => config?.select],
  ['seed', ({ config }) => config?.seed],
  ['best_value', ({ bestValue }) => bestValue],
  ['best_step', ({ bestStep }) => bestStep],
  ['last_step', ({ lastStep }) => lastStep],
  ['attempts', ({ epoch }) => epoch],
  ['worker', ({ workerId }) => workerId],
  ['failure', ({ failureReason }) => failureReason],
  ['prune_reason', ({ pruneReason }) => pruneReason],
  ['queued', ({ queuedMs }) => time(queuedMs)],
  ['started', ({ startedMs }) => time(startedMs)],
  ['ended', ({ endedMs }) => time(endedMs)],
  ['dataset_sha256', ({ config }) => config?.datasetSha256],
];

/** A header line, then a line a trial. Metric columns are those that any trial has. */
export function csvLines(trials: readonly TrialSummary[]): string[] {
  const metrics = new Set(
    trials.flatMap(({ valid, test }) => [...valid, ...test].map(({ metric }) => metric)),
  );
  const columns = [
    ...COLUMNS,
    ...[...metrics].map((name): ExportColumn => [name, (trial) => metricOf(trial, name)]),
  ];
  const rows = trials.map((trial) => columns.map(([, read]) => read(trial)));
  return [columns.map(([name]) => name), ...rows].map(csvLine);
}

function trialDocument(trial: TrialSummary) {
  const values = (list: readonly MetricValue[]) =>
    Object.fromEntries(list.map(({ metric, value }) => [metric, value ?? null]));
  const names = { state: stateName(trial.state), phase: phaseName(trial.phase) };
  return { ...trial, ...names, valid: values(trial.valid), test: values(trial.test) };
}

function metricOf({ valid, test }: TrialSummary, name: string): Cell {
  return [...valid, ...test].find(({ metric }) => metric === name)?.value;
}

function stateName(state: TrialState): string {
  return state.replace('TRIAL_STATE_', '');
}

function phaseName(phase: TrialPhase): string {
  return phase.replace('TRIAL_PHASE_', '');
}

function time(ms: number | undefined): Cell {
  return ms === undefined ? null : new Date(ms).toISOString();
}
