/** A row of the trials table as the browser holds it: from the table's reply, or from a live change. Pure. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { SeedGroup, TableRow } from '@adt/proto/gen/adt/v1/table';
import { isConfirming } from '../ui/phase';
import { type StateName, stateName } from '../ui/stateName';

export type Cell = number | string;

export type TrialRow = {
  /** Of the trial; of a group: of its first one. */
  id: number;
  state: StateName;
  confirms: boolean;
  /** By the column's id; absent values have no entry. */
  cells: Readonly<Record<string, Cell>>;
  totalSteps: number;
  /** Milliseconds since 1970. */
  startedMs: number | null;
  group: SeedGroup | null;
};

export type TrialPage = { rows: TrialRow[]; nextCursor: string };

const PARAMETERS = {
  eps_max: 'epsMax',
  eps_n: 'epsN',
  beta: 'beta',
  nr_fp_weight: 'nrFpWeight',
  nr_negative_weight: 'nrNegativeWeight',
  nmtr_click_weight: 'nmtrClickWeight',
  mlp_layers: 'mlpLayers',
  dropout: 'dropout',
  hidden: 'hidden',
  corruption: 'corruption',
  lr: 'lr',
  factors: 'factors',
  negatives: 'negatives',
  batch_size: 'batchSize',
  epochs: 'epochs',
  eval_every: 'evalEvery',
  valid_users: 'validUsers',
} as const satisfies Record<string, keyof TrainingConfig>;

export function rowOfTable(row: TableRow): TrialRow {
  const { trialId: id, confirms, totalSteps, startedMs = null, group = null } = row;
  const state = stateName(row.state);
  const cells = present({
    ...configCells(row.config),
    number: row.number,
    state,
    best_value: row.bestValue,
    ndcg: row.ndcg,
    epsilon_at_best: row.epsilonAtBest,
    best_step: row.bestStep,
    last_step: row.lastStep,
    attempts: row.attempts,
    duration: row.duration,
    worker: row.worker || undefined,
  });
  // A group has all of its seeds.
  if (group !== null) delete cells.seed;
  return { id, state, confirms, cells, totalSteps, startedMs, group };
}

/** The same row, from what live changes carry. */
export function rowOfSummary(trial: TrialSummary): TrialRow {
  const { config, startedMs, endedMs, bestStep } = trial;
  const state = stateName(trial.state);
  const cells = present({
    ...configCells(config),
    number: trial.number,
    state,
    best_value: trial.bestValue,
    ndcg: trial.valid.find(({ metric }) => metric === ndcgName(config))?.value,
    epsilon_at_best: epsilonAt(config, bestStep),
    best_step: bestStep,
    last_step: trial.lastStep,
    attempts: trial.epoch,
    duration: startedMs !== undefined && endedMs !== undefined ? (endedMs - startedMs) / 1000 : undefined,
    worker: trial.workerId || undefined,
  });
  return {
    id: trial.trialId,
    state,
    confirms: isConfirming(trial),
    cells,
    totalSteps: trial.totalSteps,
    startedMs: startedMs ?? null,
    group: null,
  };
}

function configCells(config: TrainingConfig | undefined): Record<string, Cell | undefined> {
  const parameters = Object.entries(PARAMETERS).map(([name, key]) => [name, config?.[key]]);
  const { dataset, model, loss, seed } = config ?? {};
  return { dataset, model, loss, seed, ...Object.fromEntries(parameters) };
}

/** At the objective's K, else at the first. */
function ndcgName(config: TrainingConfig | undefined): string {
  return `valid/ndcg@${/@(\d+)$/.exec(config?.select ?? '')?.[1] ?? config?.topk[0] ?? ''}`;
}

/** ε(t) = min(α·t, ε_max) with α = ε_max/ε_N (Wang et al., WSDM 2021, section 3.2). */
function epsilonAt({ epsMax, epsN }: Partial<TrainingConfig> = {}, step?: number): number | undefined {
  if (epsMax === undefined || epsN === undefined || step === undefined) return undefined;
  return epsMax * Math.min(step / epsN, 1);
}

function present(cells: Record<string, Cell | undefined>): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(cells).filter((entry): entry is [string, Cell] => entry[1] !== undefined),
  );
}
