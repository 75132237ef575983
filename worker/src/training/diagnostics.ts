/** What a training finds out about its own denoising: the series `diag/…`, from what the engine counted. */
import type { Diagnostic } from '@adt/proto/metric';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { dropRate } from '../engines/denoising.js';
import { type ChunkReport, type PositivesReport, WEIGHT_BINS } from '../engines/engine.js';

/** Of a run without a step. */
export const NO_POSITIVES: PositivesReport = {
  seen: 0,
  seenFalse: 0,
  ceFalse: 0,
  ceTrue: 0,
  droppedFalse: 0,
  weights: null,
};

/** Both runs of a training together. */
export function addPositives(a: PositivesReport, b: PositivesReport): PositivesReport {
  return {
    seen: a.seen + b.seen,
    seenFalse: a.seenFalse + b.seenFalse,
    ceFalse: a.ceFalse + b.ceFalse,
    ceTrue: a.ceTrue + b.ceTrue,
    droppedFalse: a.droppedFalse + b.droppedFalse,
    weights: a.weights?.map((count, bin) => count + (b.weights?.[bin] ?? 0)) ?? b.weights,
  };
}

/** A series whose question makes no sense here (NaN) is left out: precision when nothing was dropped, say. */
export function diagnosticMetrics(
  { positives, dropped }: Pick<ChunkReport, 'positives' | 'dropped'>,
  { config, step, hasFlags }: { config: TrainingConfig; step: number; hasFlags: boolean },
): Partial<Record<Diagnostic, number>> {
  const all = {
    ...(hasFlags && lossByTruth(positives)),
    ...(config.loss === 'T-CE' && { 'diag/epsilon': epsilonAt(config, step) }),
    ...(config.loss === 'T-CE' && { 'diag/drop_share': dropped / positives.seen }),
    ...(config.loss === 'T-CE' && hasFlags && dropQuality(positives, dropped)),
    ...(positives.weights && weightQuantiles(positives.weights)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}

/** T-CE's drop rate at an iteration, from 1; undefined for other losses. */
export function epsilonAt({ loss, epsMax, epsN }: TrainingConfig, step: number): number | undefined {
  if (loss !== 'T-CE' || epsMax === undefined || epsN === undefined) return undefined;
  return dropRate({ epsMax, epsN }, step);
}

function lossByTruth({ seen, seenFalse, ceFalse, ceTrue }: PositivesReport) {
  return { 'diag/ce_fp': ceFalse / seenFalse, 'diag/ce_tp': ceTrue / (seen - seenFalse) };
}

function dropQuality({ seen, seenFalse, droppedFalse }: PositivesReport, dropped: number) {
  return {
    'diag/drop_precision': droppedFalse / dropped,
    'diag/drop_recall': droppedFalse / seenFalse,
    'diag/drop_random': seenFalse / seen,
  };
}

function weightQuantiles(weights: Uint32Array) {
  return {
    'diag/weight_p10': quantile(weights, 0.1),
    'diag/weight_p50': quantile(weights, 0.5),
    'diag/weight_p90': quantile(weights, 0.9),
  };
}

/** The upper edge of the first bin up to which a share of the counts lies; NaN of none. */
function quantile(counts: Uint32Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [bin, count] of counts.entries()) {
    below += count;
    if (below >= share * total && below > 0) return (bin + 1) / WEIGHT_BINS;
  }
  return Number.NaN;
}
