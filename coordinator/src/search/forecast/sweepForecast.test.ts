import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { type TrainingConfig, trainingConfigSchema } from '@adt/proto/trainingConfig';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makespan } from './schedule.js';
import { type EndedTrial, forecastSweep, type QueuedTrial, type RunningTrial } from './sweepForecast.js';
import { iterationsOf, type Measurement } from './training.js';

const DATASET = {
  sha256: EXAMPLE_TRAINING.datasetSha256,
  users: 1000,
  items: 500,
  trainInteractions: 51_200,
  validInteractions: 6000,
  testInteractions: 6000,
};

function planned(config: Partial<TrainingConfig> = {}, fate: QueuedTrial['fate'] = 'races'): QueuedTrial {
  return {
    config: trainingConfigSchema.parse({ ...EXAMPLE_TRAINING, ...config }),
    dataset: DATASET,
    place: { engine: null, threads: null },
    fate,
  };
}

function measured(pace: number, config: Partial<TrainingConfig> = {}): Measurement {
  const one = planned(config);
  return {
    ...one,
    place: { engine: 'native, cpu', threads: 1 },
    iterations: iterationsOf(one.config, DATASET),
    seconds: { sample: 2 * pace, train: 8 * pace, validate: 10 * pace, test: 2 * pace },
    startSeconds: 3 * pace,
  };
}

const TWELVE = Array.from({ length: 12 }, (_, index) => measured(1 + index / 10));
const NOTHING = { measurements: TWELVE, queued: [], running: [], ended: [], slots: 2 };

const running = (lastStep: number, elapsedSeconds: number, resumeStep = 0): RunningTrial => ({
  ...planned(),
  lastStep,
  resumeStep,
  totalSteps: 1000,
  elapsedSeconds,
});
const ended = (pruned: boolean, lastStep = 250): EndedTrial => ({
  config: planned().config,
  pruned,
  lastStep: pruned ? lastStep : 1000,
  totalSteps: 1000,
});

describe('a list of trainings on slots', () => {
  it('gives each, in order, to the slot that is free first', () => {
    expect(makespan([4, 1, 1, 3], 2)).toBe(5);
    expect(makespan([4, 1, 1, 3], 1)).toBe(9);
    expect(makespan([4, 1, 1, 3], 9)).toBe(4);
    expect(makespan([], 3)).toBe(0);
  });

  const jobs = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { maxLength: 60 });
  it('ends no sooner with another training, wherever it stands, and no later with another slot', () => {
    fc.assert(
      fc.property(
        jobs,
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.nat(60),
        fc.integer({ min: 1, max: 9 }),
        (seconds, more, where, slots) => {
          const plain = makespan(seconds, slots);
          const inserted = [...seconds.slice(0, where), more, ...seconds.slice(where)];
          // Sums in another order differ in their last digits.
          expect(makespan(inserted, slots)).toBeGreaterThanOrEqual(plain * (1 - 1e-12));
          expect(makespan(seconds, slots + 1)).toBeLessThanOrEqual(plain * (1 + 1e-12));
          expect(makespan(seconds, 2 * slots)).toBeLessThanOrEqual(plain * (1 + 1e-12));
        },
      ),
    );
  });

  it('refuses to run on no slot', () => {
    expect(() => makespan([1], 0)).toThrow(RangeError);
  });
});

describe('a sweep', () => {
  it('takes the sum of its trainings in slot-hours and their schedule in wall time', () => {
    const forecast = forecastSweep({ ...NOTHING, queued: [planned(), planned(), planned()] });
    if (forecast.kind === 'unknown') throw new Error('is unknown');
    expect(forecast.slotSeconds.p50).toBeCloseTo(3 * 1.5 * 25, 9);
    expect(forecast.slotSeconds.p90).toBeCloseTo(3 * 2 * 25, 9);
    expect(forecast.wallSeconds?.p50).toBeCloseTo(2 * 1.5 * 25, 9);
    expect(forecast.basis).toEqual(['tiny, GMF: 12 measured trainings of the same shape on this data set']);
  });

  it('forecasts 0 when it has finished', () => {
    expect(forecastSweep({ ...NOTHING, ended: [ended(false), ended(true)] })).toEqual({
      kind: 'known',
      slotSeconds: { p50: 0, p90: 0 },
      wallSeconds: { p50: 0, p90: 0 },
      basis: [],
    });
  });

  it('has slot-hours but no end while no slot serves it', () => {
    const forecast = forecastSweep({ ...NOTHING, queued: [planned()], slots: 0 });
    expect(forecast).toMatchObject({ kind: 'known', slotSeconds: { p50: 37.5 }, wallSeconds: null });
  });

  it('counts pruned trainings as far as they went, with the share observed so far', () => {
    const queued = [planned()];
    const none = forecastSweep({ ...NOTHING, queued, ended: Array.from({ length: 6 }, () => ended(false)) });
    const half = forecastSweep({
      ...NOTHING,
      queued,
      ended: [
        ...Array.from({ length: 5 }, () => ended(true)),
        ...Array.from({ length: 5 }, () => ended(false)),
      ],
    });
    if (none.kind === 'unknown' || half.kind === 'unknown') throw new Error('is unknown');
    expect(none.slotSeconds.p50).toBeCloseTo(37.5, 9);
    // Half of the trials: 4.5 s of start and a quarter of 30 s of training and validation; no test.
    expect(half.slotSeconds.p50).toBeCloseTo(37.5 / 2 + (4.5 + 7.5) / 2, 9);
  });

  it('believes the share of the whole sweep while a stratum has few ended trials', () => {
    const other = planned({ loss: 'R-CE', beta: 0.1 });
    const prunedOnes = Array.from({ length: 8 }, () => ended(true));
    const forecast = forecastSweep({ ...NOTHING, queued: [other], ended: prunedOnes });
    if (forecast.kind === 'unknown') throw new Error('is unknown');
    expect(forecast.slotSeconds.p50).toBeCloseTo(4.5 + 7.5, 9);
  });

  it('takes what a running trial has left at its own pace', () => {
    const forecast = forecastSweep({ ...NOTHING, running: [running(750, 300)] });
    if (forecast.kind === 'unknown') throw new Error('is unknown');
    expect(forecast.slotSeconds.p50).toBeCloseTo(100 + 3, 9);
    expect(forecast.slotSeconds.p90).toBeGreaterThan(forecast.slotSeconds.p50);
  });

  it('counts what follows a race as often as one is survived, and what never races whole', () => {
    const races = [ended(true), ended(true), ended(true), ended(false)];
    const seconds = (fate: QueuedTrial['fate']) => {
      const forecast = forecastSweep({ ...NOTHING, queued: [planned({}, fate)], ended: races });
      if (forecast.kind === 'unknown') throw new Error('is unknown');
      return forecast.slotSeconds;
    };
    expect(seconds('whole')).toEqual({ p50: expect.closeTo(37.5, 9), p90: expect.closeTo(50, 9) });
    expect(seconds('follows')).toEqual({ p50: expect.closeTo(37.5 / 4, 9), p90: expect.closeTo(50 / 4, 9) });
  });

  it('takes the pace of a resumed trial from what it did since', () => {
    const forecast = forecastSweep({ ...NOTHING, running: [running(750, 100, 500)] });
    if (forecast.kind === 'unknown') throw new Error('is unknown');
    // 250 iterations in 100 s, 250 to go.
    expect(forecast.slotSeconds.p50).toBeCloseTo(100 + 3, 9);
  });

  it('takes a trial that has just begun at the pace of others', () => {
    const forecast = forecastSweep({ ...NOTHING, running: [running(10, 60)] });
    if (forecast.kind === 'unknown') throw new Error('is unknown');
    expect(forecast.slotSeconds.p50).toBeCloseTo(0.99 * 37.5, 9);
  });

  it('is unknown when a model was never measured, and says the least it will take', () => {
    const neumf = planned({ model: 'NeuMF', mlpLayers: 3, dropout: 0 });
    const forecast = forecastSweep({ ...NOTHING, queued: [planned(), neumf, neumf] });
    expect(forecast).toMatchObject({
      kind: 'unknown',
      unknownTrials: 2,
      reasons: [expect.stringContaining('no training of NeuMF has ended')],
      atLeast: { slotSeconds: { p50: expect.closeTo(37.5, 9) } },
    });
    const first = forecastSweep({ ...NOTHING, measurements: [], queued: [planned()] });
    expect(first).toMatchObject({ kind: 'unknown', unknownTrials: 1, atLeast: null, basis: [] });
  });
});

describe('every forecast of a sweep', () => {
  const paces = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 15 });
  const trials = fc.array(
    fc.record({ epochs: fc.integer({ min: 1, max: 20 }), evalEvery: fc.integer({ min: 10, max: 2000 }) }),
    { maxLength: 15 },
  );
  const runs = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 500 })), { maxLength: 4 });
  const ends = fc.array(
    fc.boolean().map((pruned) => ended(pruned)),
    { maxLength: 12 },
  );

  it('has p90 at or above p50, grows with trials and does not grow with slots', () => {
    fc.assert(
      fc.property(
        paces,
        trials,
        runs,
        ends,
        fc.integer({ min: 1, max: 8 }),
        (pace, queue, run, over, slots) => {
          const params = {
            measurements: pace.map((factor, index) =>
              measured(factor, { evalEvery: index % 2 === 0 ? 100 : 50 }),
            ),
            queued: queue.map((config) => planned(config)),
            running: run.map(([step, seconds]) => running(step, seconds)),
            ended: over,
            slots,
          };
          const known = (more: Partial<typeof params>) => {
            const forecast = forecastSweep({ ...params, ...more });
            const { slotSeconds, wallSeconds } = forecast.kind === 'known' ? forecast : {};
            if (!slotSeconds || !wallSeconds) throw new Error('is unknown');
            return { slotSeconds, wallSeconds };
          };
          const plain = known({});
          const longer = known({ queued: [...params.queued, planned({ epochs: 3 })] });
          const wider = known({ slots: 2 * slots });
          const slack = 1 + 1e-12;
          for (const measure of ['slotSeconds', 'wallSeconds'] as const) {
            expect(plain[measure].p90 * slack).toBeGreaterThanOrEqual(plain[measure].p50);
            for (const q of ['p50', 'p90'] as const) {
              expect(longer[measure][q] * slack).toBeGreaterThanOrEqual(plain[measure][q]);
              expect(wider[measure][q]).toBeLessThanOrEqual(plain[measure][q] * slack);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
