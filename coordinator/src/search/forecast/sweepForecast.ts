/** Slot-hours and finish of a sweep, before it runs and while it does. */
import type { Fate } from '../log/outlook.js';
import { makespan } from './schedule.js';
import type { Measurement, Planned } from './training.js';
import {
  type Basis,
  forecaster,
  type PhaseSeconds,
  type Quantiles,
  type TrainingForecast,
  totalOf,
} from './trainingForecast.js';

/** Below this share of its iterations a running trial's own pace is mostly its warm-up. */
const OWN_PACE_FROM = 0.05;

/** Ended trials of a stratum that it takes to believe its own share of pruned ones. */
const ENOUGH_ENDED = 5;

export type QueuedTrial = Planned & { fate: Fate };

export type RunningTrial = Planned & {
  /** Seconds since the attempt began. */
  elapsedSeconds: number;
  /** Iteration that the attempt began at. */
  resumeStep: number;
  lastStep: number;
  /** 0 while the worker has not said. */
  totalSteps: number;
};

/** A trial of the sweep that has run its race; failed and cancelled ones, and those that never raced, are not asked. */
export type EndedTrial = { config: StratumNames; pruned: boolean; lastStep: number; totalSteps: number };

type StratumNames = Pick<Planned['config'], 'datasetSha256' | 'model' | 'loss'>;

export type SweepForecast =
  | {
      kind: 'known';
      /** Seconds that all slots together are still to be busy. */
      slotSeconds: Quantiles;
      /** Seconds until the last trial ends; null while no slot serves the sweep. */
      wallSeconds: Quantiles | null;
      basis: readonly string[];
    }
  | {
      kind: 'unknown';
      /** Trials that nothing measured compares to, and why. */
      unknownTrials: number;
      reasons: readonly string[];
      /** The rest alone, which is a lower bound; null where all is unknown. */
      atLeast: { slotSeconds: Quantiles; wallSeconds: Quantiles | null } | null;
      basis: readonly string[];
    };

/**
 * p50 takes every trial at its median, p90 every trial at its p90: a slow machine or a wrong scale is slow or wrong for
 * all trials alike, so the spreads add up instead of evening out.
 *
 * A trial that races is pruned with the share that was observed in its stratum, or in the sweep while the stratum has
 * fewer than five ended trials, and then trains as large a part as the pruned ones did; one that follows a race runs
 * with the share that is let through. A running trial goes on at its own pace once it has done a twentieth. The running ones hold their slots first, then the queued ones follow in order.
 * @param queued in the order to run them
 * @param slots that serve the sweep's pool
 */
export function forecastSweep(params: {
  measurements: readonly Measurement[];
  queued: readonly QueuedTrial[];
  running: readonly RunningTrial[];
  ended: readonly EndedTrial[];
  slots: number;
}): SweepForecast {
  const ask = forecaster(params.measurements);
  const pruning = pruningOf(params.ended);
  const running = params.running.map((trial) => ({ trial, forecast: ask(trial) }));
  const queued = params.queued.map((trial) => ({ trial, forecast: ask(trial) }));
  const jobs = [
    ...running.map(({ trial, forecast }) => remainderOf(trial, forecast)),
    ...queued.map(({ trial, forecast }) => expectedOf(trial.fate, forecast, pruning(trial.config))),
  ];
  const known = jobs.filter((job) => job !== null);
  const slotSeconds = both((q) => known.reduce((sum, job) => sum + job[q], 0));
  const wallSeconds = wallOf(known, params.slots);
  const basis = basisOf([...running, ...queued]);
  const unknownTrials = jobs.length - known.length;
  if (unknownTrials === 0) return { kind: 'known', slotSeconds, wallSeconds, basis };
  return {
    kind: 'unknown',
    unknownTrials,
    reasons: reasonsOf([...running, ...queued]),
    atLeast: known.length === 0 ? null : { slotSeconds, wallSeconds },
    basis,
  };
}

function wallOf(jobs: readonly Quantiles[], slots: number): Quantiles | null {
  if (jobs.length === 0) return { p50: 0, p90: 0 };
  if (slots === 0) return null;
  return both((q) =>
    makespan(
      jobs.map((job) => job[q]),
      slots,
    ),
  );
}

type Asked = { trial: Planned; forecast: TrainingForecast };

function both(of: (quantile: keyof Quantiles) => number): Quantiles {
  return { p50: of('p50'), p90: of('p90') };
}

/** What a running trial still needs; its own pace says it even where nothing else was measured. */
function remainderOf(trial: RunningTrial, forecast: TrainingForecast): Quantiles | null {
  const { lastStep, resumeStep, totalSteps } = trial;
  const part = (steps: number) => (totalSteps === 0 ? 0 : Math.min(Math.max(steps, 0) / totalSteps, 1));
  const done = part(lastStep);
  const own = part(lastStep - resumeStep);
  if (own < OWN_PACE_FROM) {
    if (forecast.kind === 'unknown') return null;
    return both((q) => (1 - done) * forecast[q]);
  }
  const ahead = (trial.elapsedSeconds * (1 - done)) / own;
  if (forecast.kind === 'unknown') return { p50: ahead, p90: ahead };
  const spread = forecast.p50 === 0 ? 1 : forecast.p90 / forecast.p50;
  const { p50, p90 } = forecast.phases;
  return { p50: ahead + p50.test, p90: ahead * spread + Math.max(p50.test, p90.test) };
}

type Pruning = { share: number; trained: number };

/** Expected seconds. A race: whole with 1 − share, else the start and a part of training and validations, without test. */
function expectedOf(fate: Fate, forecast: TrainingForecast, { share, trained }: Pruning): Quantiles | null {
  if (forecast.kind === 'unknown') return null;
  if (fate === 'whole') return { p50: forecast.p50, p90: forecast.p90 };
  if (fate === 'follows') return both((q) => (1 - share) * forecast[q]);
  const expected = (phases: PhaseSeconds) =>
    (1 - share) * totalOf(phases) + share * (phases.start + trained * (phases.train + phases.validate));
  const p50 = expected(forecast.phases.p50);
  // The slower training may owe its seconds to the test, which a pruned one does not reach.
  return { p50, p90: Math.max(p50, expected(forecast.phases.p90)) };
}

function pruningOf(ended: readonly EndedTrial[]): (config: StratumNames) => Pruning {
  const strata = new Map<string, EndedTrial[]>();
  for (const trial of ended) {
    const name = stratumOf(trial.config);
    const stratum = strata.get(name);
    if (stratum === undefined) strata.set(name, [trial]);
    else stratum.push(trial);
  }
  const ofSweep = observed(ended);
  const known = new Map(
    [...strata].map(([name, trials]) => [name, trials.length < ENOUGH_ENDED ? ofSweep : observed(trials)]),
  );
  return (config) => known.get(stratumOf(config)) ?? ofSweep;
}

function stratumOf({ datasetSha256, model, loss }: StratumNames): string {
  return `${datasetSha256} ${model} ${loss}`;
}

function observed(ended: readonly EndedTrial[]): Pruning {
  const pruned = ended.filter((trial) => trial.pruned);
  if (pruned.length === 0) return { share: 0, trained: 1 };
  const parts = pruned.map(({ lastStep, totalSteps }) =>
    totalSteps === 0 ? 1 : Math.min(lastStep / totalSteps, 1),
  );
  return {
    share: pruned.length / ended.length,
    trained: parts.reduce((sum, part) => sum + part, 0) / parts.length,
  };
}

const REST: Record<Basis['level'], string> = {
  alike: 'of the same shape on this data set',
  dataset: 'on this data set, scaled by samples and width',
  model: 'on other data sets, scaled by samples and sizes',
};

/** A line a model and data set: `tiny, GMF: 12 measured trainings of the same shape on this data set`. */
function basisOf(asked: readonly Asked[]): string[] {
  const lines = new Map<string, number>();
  for (const { trial, forecast } of asked) {
    if (forecast.kind === 'unknown') continue;
    const { level, measurements } = forecast.basis;
    const where = `${trial.config.dataset}, ${trial.config.model}`;
    const key = `${where}: # ${REST[level]}`;
    const before = lines.get(key);
    // Trials of one line may rest on differently many: the weakest is said.
    if (before === undefined || measurements < before) lines.set(key, measurements);
  }
  return [...lines].map(([line, measurements]) =>
    line.replace('#', `${measurements} measured training${measurements === 1 ? '' : 's'}`),
  );
}

function reasonsOf(asked: readonly Asked[]): string[] {
  const reasons = asked.flatMap(({ forecast }) => (forecast.kind === 'unknown' ? [forecast.reason] : []));
  return [...new Set(reasons)];
}
