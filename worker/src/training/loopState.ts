/** What the training loop itself has to remember between two iterations, and its form in a checkpoint. */
import { type ChunkReport, type PositivesReport, WEIGHT_BINS } from '../engines/engine.js';
import { addPositives } from './diagnostics.js';

export type Metrics = Record<string, number>;

export type Best = { step: number; value: number; valid: Metrics };

export type LoopState = {
  /** The iteration of the last validation; 0: none yet. */
  validatedAt: number;
  best: Best | null;
  /** Of what was trained on since the last validation; null: nothing. */
  since: Sums | null;
  /** Seconds a phase, up to the last validation. */
  seconds: { sample: number; train: number; validate: number; test: number };
  /** Samples trained on, up to the last validation. */
  samples: number;
};

/** Chunks together. */
export type Sums = Omit<ChunkReport, 'notFiniteAt'>;

export function startLoop(): LoopState {
  const seconds = { sample: 0, train: 0, validate: 0, test: 0 };
  return { validatedAt: 0, best: null, since: null, seconds, samples: 0 };
}

/** Adds what a call of the engine did to the interval since the last validation. */
export function addChunk(loop: LoopState, { notFiniteAt: _, ...chunk }: ChunkReport): void {
  const { since } = loop;
  if (since === null) {
    loop.since = chunk;
    return;
  }
  const steps = since.steps + chunk.steps;
  loop.since = {
    steps,
    meanLoss: (since.meanLoss * since.steps + chunk.meanLoss * chunk.steps) / steps,
    dropped: since.dropped + chunk.dropped,
    samples: since.samples + chunk.samples,
    sampleSeconds: since.sampleSeconds + chunk.sampleSeconds,
    trainSeconds: since.trainSeconds + chunk.trainSeconds,
    positives: addPositives(since.positives, chunk.positives),
  };
}

/** A validation after iteration `step` is done. */
export function endInterval(loop: LoopState, step: number): void {
  const { since, seconds } = loop;
  seconds.sample += since?.sampleSeconds ?? 0;
  seconds.train += since?.trainSeconds ?? 0;
  loop.samples += since?.samples ?? 0;
  loop.since = null;
  loop.validatedAt = step;
}

/** As JSON: every number comes back with the same bits. */
export function encodeLoop(loop: LoopState): unknown {
  return JSON.parse(
    JSON.stringify(loop, (_key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
      return value instanceof Uint32Array ? [...value] : value;
    }),
  );
}

/** Reads what `encodeLoop` made. @throws TypeError naming the place that is not as it must be */
export function decodeLoop(json: unknown): LoopState {
  const { validatedAt, best, since, seconds, samples } = fields(json, 'loop');
  return {
    validatedAt: count(validatedAt, 'validatedAt'),
    best: best === null ? null : decodeBest(fields(best, 'best')),
    since: since === null ? null : decodeSums(fields(since, 'since')),
    seconds: reals(fields(seconds, 'seconds'), ['sample', 'train', 'validate', 'test']),
    samples: count(samples, 'samples'),
  };
}

function decodeBest({ step, value, valid }: Json): Best {
  const metrics = fields(valid, 'best.valid');
  return {
    step: count(step, 'best.step'),
    value: real(value, 'best.value'),
    valid: reals(metrics, Object.keys(metrics)),
  };
}

function decodeSums({ steps, dropped, samples, positives, ...rest }: Json): Sums {
  return {
    steps: count(steps, 'since.steps'),
    dropped: count(dropped, 'since.dropped'),
    samples: count(samples, 'since.samples'),
    ...reals(rest, ['meanLoss', 'sampleSeconds', 'trainSeconds']),
    positives: decodePositives(fields(positives, 'since.positives')),
  };
}

function decodePositives({ weights, ...rest }: Json): PositivesReport {
  if (weights !== null && !(Array.isArray(weights) && weights.length === WEIGHT_BINS))
    throw new TypeError(`since.positives.weights must be ${WEIGHT_BINS} counts`);
  return {
    ...reals(rest, ['seen', 'seenFalse', 'ceFalse', 'ceTrue', 'droppedFalse']),
    weights: weights === null ? null : Uint32Array.from(weights, (bin) => count(bin, 'a weight')),
  };
}

type Json = Record<string, unknown>;

function fields(json: unknown, name: string): Json {
  if (typeof json !== 'object' || json === null) throw new TypeError(`${name} must be an object`);
  return json as Json;
}

function reals<Key extends string>(json: Json, keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, real(json[key], key)])) as Record<Key, number>;
}

/** JSON has no number for NaN and the infinities, and a metric may be one. */
function real(json: unknown, name: string): number {
  if (typeof json === 'number') return json;
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json);
  throw new TypeError(`${name} must be a number`);
}

function count(json: unknown, name: string): number {
  if (Number.isSafeInteger(json) && (json as number) >= 0) return json as number;
  throw new TypeError(`${name} must be a count`);
}
