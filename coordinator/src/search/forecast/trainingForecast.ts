/** Seconds of a planned training, from measured ones that are like it. No measurement, no number. */
import { type Measurement, type Planned, type Work, workOf } from './training.js';

/** Measurements that are looked at, the newest: older versions and other loads count for less. */
const MAX_MEASUREMENTS = 200;

/** Trainings of the very same shape that are worth more than any number of others. */
const ENOUGH_ALIKE = 3;

export type Quantiles = { p50: number; p90: number };

/**
 * alike: same data set, model, loss, engine, threads, batch, width and validation; they differ in length at most.
 * dataset: same data set, model and engine; scaled by samples, width, users ranked and K.
 * model: same model and engine on other data sets; scaled as well by users and items.
 */
export type Basis = { level: 'alike' | 'dataset' | 'model'; measurements: number };

export type PhaseSeconds = { start: number; train: number; validate: number; test: number };

/** Each measurement's answer to how long the planned training takes, shortest first. */
export type TrainingForecast =
  | ({ kind: 'known'; basis: Basis; phases: { p50: PhaseSeconds; p90: PhaseSeconds } } & Quantiles)
  | { kind: 'unknown'; reason: string };

export type Forecaster = (planned: Planned) => TrainingForecast;

/**
 * A forecaster over measurements, oldest first. It remembers its answers: the trials of a sweep are mostly alike.
 *
 * Each comparable measurement says how long the planned training would take at its own pace: iterations × seconds an
 * iteration + validations × seconds a validation + test + start. p50 and p90 are empirical quantiles of these totals
 * (the smallest value that at least half, or nine tenths, do not exceed). The first level with measurements is taken;
 * `alike` needs three of them.
 */
export function forecaster(measurements: readonly Measurement[]): Forecaster {
  const known = new Map<string, TrainingForecast>();
  return (planned) => {
    const key = keyOf(planned);
    const found = known.get(key) ?? forecast(planned, measurements);
    known.set(key, found);
    return found;
  };
}

/** All that the answer hangs on. */
function keyOf(planned: Planned): string {
  const { config, dataset, place } = planned;
  const { model, epochs, evalEvery } = config;
  const length = [epochs, evalEvery].join();
  return [model, shapeOf(planned), length, dataset.sha256, place.engine, place.threads].join(' ');
}

function forecast(planned: Planned, measurements: readonly Measurement[]): TrainingForecast {
  const chosen = comparable(planned, measurements);
  if (chosen === null) return { kind: 'unknown', reason: whyUnknown(planned) };
  const work = workOf(planned);
  const runs = chosen.measurements.map((measurement) => paced(measurement, work));
  const ascending = runs.sort((a, b) => totalOf(a) - totalOf(b));
  const phases = { p50: quantile(ascending, 0.5), p90: quantile(ascending, 0.9) };
  return {
    kind: 'known',
    basis: { level: chosen.level, measurements: runs.length },
    phases,
    p50: totalOf(phases.p50),
    p90: totalOf(phases.p90),
  };
}

function whyUnknown({ config, place }: Planned): string {
  const engine = place.engine === null ? '' : ` on ${place.engine}`;
  return `no measurements yet: no training of ${config.model}${engine} has ended, so the forecast is unknown`;
}

function comparable(planned: Planned, all: readonly Measurement[]) {
  const ofModel = all.filter(
    ({ config, place }) => config.model === planned.config.model && fits(planned.place.engine, place.engine),
  );
  const ofDataset = ofModel.filter(({ dataset }) => dataset.sha256 === planned.dataset.sha256);
  const alike = ofDataset.filter(
    (one) => fits(planned.place.threads, one.place.threads) && shapeOf(one) === shapeOf(planned),
  );
  const levels = [
    { level: 'alike', measurements: alike, needed: ENOUGH_ALIKE },
    { level: 'dataset', measurements: ofDataset, needed: 1 },
    { level: 'model', measurements: ofModel, needed: 1 },
  ] as const;
  const chosen = levels.find(({ measurements, needed }) => measurements.length >= needed);
  return chosen === undefined
    ? null
    : { level: chosen.level, measurements: chosen.measurements.slice(-MAX_MEASUREMENTS) };
}

function fits(wanted: string | number | null, there: string | number | null): boolean {
  return wanted === null || wanted === there;
}

/** What an iteration and a validation are made of; how many there are may differ. */
function shapeOf({ config }: Planned): string {
  const { loss, batchSize, factors, mlpLayers, dropout, hidden, negatives, validUsers = 0, select } = config;
  const dropping = dropout !== undefined && dropout > 0;
  return [
    loss,
    batchSize,
    factors,
    mlpLayers,
    dropping,
    hidden,
    negatives,
    validUsers,
    select === 'valid/loss',
    Math.max(...config.topk),
  ].join();
}

/** The planned work at the measurement's pace, phase by phase. */
function paced(measurement: Measurement, work: Work): PhaseSeconds {
  const { seconds, iterations, startSeconds } = measurement;
  const done = workOf(measurement, iterations);
  return {
    start: startSeconds ?? 0,
    train: ratio(
      (seconds.sample + seconds.train) * work.iteration * work.iterations,
      done.iteration * done.iterations,
    ),
    validate: ratio(seconds.validate * work.validate, done.validate),
    test: ratio(seconds.test * work.test, done.test),
  };
}

function ratio(over: number, under: number): number {
  return under === 0 ? 0 : over / under;
}

export function totalOf({ start, train, validate, test }: PhaseSeconds): number {
  return start + train + validate + test;
}

/** The smallest that at least the share q of them do not exceed. */
function quantile(ascending: readonly PhaseSeconds[], q: number): PhaseSeconds {
  // A millionth of slack: 0.9 × 10 is 9.000000000000002 in some orders of multiplication.
  const index = Math.max(Math.ceil(q * ascending.length - 1e-6) - 1, 0);
  const found = ascending[index];
  if (found === undefined) throw new RangeError('a quantile needs at least one measurement');
  return found;
}
