/** `adt sweep export`: every trial with its configuration and metrics, for a spreadsheet or a script. */
import type { MetricValue, TrialState } from '@adt/proto/gen/adt/v1/common';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
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

/** A header line, then a line a trial. Metric columns are those that any trial has. */
export function csvLines(trials: readonly TrialSummary[]): string[] {
  const metrics = [
    ...new Set(trials.flatMap(({ valid, test }) => [...valid, ...test].map(({ metric }) => metric))),
  ];
  const header = [...Object.keys(columnsOf({} as TrialSummary)), ...metrics];
  const rows = trials.map((trial) => [
    ...Object.values(columnsOf(trial)),
    ...metrics.map((name) => metricOf(trial, name)),
  ]);
  return [header, ...rows].map(csvLine);
}

function columnsOf(trial: TrialSummary): Record<string, Cell> {
  const { config } = trial;
  return {
    trial_id: trial.trialId,
    number: trial.number,
    state: stateName(trial.state),
    dataset: config?.dataset,
    model: config?.model,
    loss: config?.loss,
    eps_max: config?.epsMax,
    eps_n: config?.epsN,
    beta: config?.beta,
    lr: config?.lr,
    factors: config?.factors,
    negatives: config?.negatives,
    batch_size: config?.batchSize,
    epochs: config?.epochs,
    eval_every: config?.evalEvery,
    topk: config?.topk.join(' '),
    select: config?.select,
    seed: config?.seed,
    best_value: trial.bestValue,
    best_step: trial.bestStep,
    last_step: trial.lastStep,
    attempts: trial.epoch,
    worker: trial.workerId,
    failure: trial.failureReason,
    queued: time(trial.queuedMs),
    started: time(trial.startedMs),
    ended: time(trial.endedMs),
    dataset_sha256: config?.datasetSha256,
  };
}

function trialDocument(trial: TrialSummary) {
  const values = (list: readonly MetricValue[]) =>
    Object.fromEntries(list.map(({ metric, value }) => [metric, value ?? null]));
  return { ...trial, state: stateName(trial.state), valid: values(trial.valid), test: values(trial.test) };
}

function metricOf({ valid, test }: TrialSummary, name: string): Cell {
  return [...valid, ...test].find(({ metric }) => metric === name)?.value;
}

function stateName(state: TrialState): string {
  return state.replace('TRIAL_STATE_', '');
}

function time(ms: number | undefined): Cell {
  return ms === undefined ? null : new Date(ms).toISOString();
}
