/** What the training loop itself has to remember between two iterations, and its form in a checkpoint. */
import { z } from 'zod';
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

const count = z.int().min(0);
/** JSON has no number for it, and a metric may be none. */
const real = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const seconds = z.number().min(0);

const positives: z.ZodType<PositivesReport> = z.strictObject({
  seen: count,
  seenFalse: count,
  ceFalse: real,
  ceTrue: real,
  droppedFalse: count,
  weights: z
    .array(count.max(0xffff_ffff))
    .length(WEIGHT_BINS)
    .transform((counts) => Uint32Array.from(counts))
    .nullable(),
});

/** Reads what `encodeLoop` made. */
export const loopSchema = z.strictObject({
  validatedAt: count,
  best: z.strictObject({ step: count, value: real, valid: z.record(z.string(), real) }).nullable(),
  since: z
    .strictObject({
      steps: count.min(1),
      meanLoss: real,
      dropped: count,
      samples: count,
      sampleSeconds: seconds,
      trainSeconds: seconds,
      positives: positives.nullable(),
    })
    .nullable(),
  seconds: z.strictObject({ sample: seconds, train: seconds, validate: seconds, test: seconds }),
  samples: count,
});

/** As JSON: every number comes back with the same bits. */
export function encodeLoop(loop: LoopState): unknown {
  return JSON.parse(
    JSON.stringify(loop, (_key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
      return value instanceof Uint32Array ? [...value] : value;
    }),
  );
}
