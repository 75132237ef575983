/** Rows of the trials table as messages. */
import { TrialState, TrainingConfig as WireTrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { FieldRange, TableRow as WireTableRow } from '@adt/proto/gen/adt/v1/table';
import type { Range } from '../store/table/measure.js';
import type { TableRow } from '../store/table/rows.js';

export function tableRowToWire(row: TableRow): WireTableRow {
  const { group } = row;
  return {
    trialId: row.id,
    number: row.number,
    state: TrialState[row.state],
    confirms: row.confirms,
    config: WireTrainingConfig.fromPartial(row.config),
    bestValue: row.bestValue ?? undefined,
    ndcg: row.ndcg ?? undefined,
    epsilonAtBest: row.epsilonAtBest ?? undefined,
    bestStep: row.bestStep ?? undefined,
    lastStep: row.lastStep,
    totalSteps: row.totalSteps,
    attempts: row.attempts,
    duration: row.durationS ?? undefined,
    startedMs: row.startedMs ?? undefined,
    worker: row.worker ?? '',
    group:
      group === null
        ? undefined
        : { ...group, bestSd: group.bestSd ?? undefined, ndcgSd: group.ndcgSd ?? undefined },
  };
}

export function rangeToWire({ field, least, greatest }: Range): FieldRange {
  return { field, least: least ?? undefined, greatest: greatest ?? undefined };
}
