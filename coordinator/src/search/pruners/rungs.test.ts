import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RungsParams, rungsOf } from './rungs.js';

const ASHA = { type: 'asha', eta: 3, minSteps: null, minShare: 0, trend: false } as const;
const RUN: RungsParams = {
  settings: ASHA,
  configuration: 0,
  seedIndex: 0,
  totalSteps: 50_400,
  stepsPerEpoch: 840,
  evalEvery: 100,
  loss: 'CE',
  epsN: null,
};
const TCE = { loss: 'T-CE', epsN: 1000 } as const;

describe('the rungs of a trial', () => {
  it('start after an epoch and are eta times as far each, at the next validation', () => {
    expect(rungsOf(RUN)).toEqual({ bracket: 0, steps: [900, 2600, 7600, 22_700], whyNone: null });
  });

  it('start after a share of the training that is longer than an epoch', () => {
    const settings = { ...ASHA, minShare: 0.2 };
    expect(rungsOf({ ...RUN, settings }).steps).toEqual([10_100, 30_300]);
    expect(rungsOf({ ...RUN, settings, totalSteps: 3 * 840 }).steps).toEqual([900]);
    expect(rungsOf({ ...RUN, settings: { ...settings, minSteps: 100 }, totalSteps: 400 }).steps).toEqual([
      100, 300,
    ]);
  });

  it('start at min_steps where it is given, and stay below the end', () => {
    const steps = (minSteps: number, totalSteps: number) =>
      rungsOf({ ...RUN, totalSteps, settings: { ...ASHA, minSteps } }).steps;
    expect(steps(100, 2700)).toEqual([100, 300, 900]);
    expect(steps(100, 2701)).toEqual([100, 300, 900, 2700]);
  });

  it('are one where they fall on one validation', () => {
    expect(rungsOf({ ...RUN, evalEvery: 3000 }).steps).toEqual([3000, 9000, 24_000]);
  });

  it('double under the median rule', () => {
    const settings = { type: 'median', minSteps: 400, startupTrials: 5 } as const;
    expect(rungsOf({ ...RUN, settings, totalSteps: 3000 }).steps).toEqual([400, 800, 1600]);
  });

  it('join the ladder of the others from eps_n on', () => {
    expect(rungsOf({ ...RUN, ...TCE }).steps).toEqual([2600, 7600, 22_700]);
    expect(rungsOf({ ...RUN, ...TCE, epsN: 2600 }).steps).toEqual([2600, 7600, 22_700]);
    expect(rungsOf({ ...RUN, ...TCE, epsN: 2601 }).steps).toEqual([7600, 22_700]);
  });

  it('of T-CE are not before an epoch, whatever min_steps says', () => {
    const settings = { ...ASHA, minSteps: 100 };
    expect(rungsOf({ ...RUN, settings, totalSteps: 2000 }).steps).toEqual([100, 300, 900]);
    expect(rungsOf({ ...RUN, settings, ...TCE, epsN: 1, totalSteps: 2000 }).steps).toEqual([900]);
  });

  it.each([
    [{ settings: { type: 'none' } }, 'early stopping is off'],
    [{ seedIndex: 1 }, 'only the first seed races: the others measure what it let through'],
    [
      { ...TCE, epsN: 60_000 },
      'T-CE is not judged before eps_n 60,000, and no rung is left before the end 50,400',
    ],
    [
      { ...TCE, epsN: 1, settings: { ...ASHA, minSteps: 100 }, totalSteps: 840 },
      'T-CE is not judged before one epoch 840, and no rung is left before the end 840',
    ],
    [
      { evalEvery: 50_400 },
      'no validation (every 50,400 iterations) falls between the first rung 840 and the end 50,400',
    ],
    [
      { settings: { ...ASHA, minSteps: 50_400 } },
      'no validation (every 100 iterations) falls between the first rung 50,400 and the end 50,400',
    ],
  ] as [Partial<RungsParams>, string][])('are none with %j, and it says why', (change, whyNone) => {
    expect(rungsOf({ ...RUN, ...change })).toEqual({ bracket: 0, steps: [], whyNone });
  });

  it('are spared one by one from the start under Hyperband', () => {
    const settings = { type: 'hyperband', eta: 3, minSteps: null } as const;
    const all = Array.from({ length: 200 }, (_, configuration) =>
      rungsOf({ ...RUN, settings, configuration }),
    );
    for (const { bracket, steps } of all) expect(steps).toEqual([900, 2600, 7600, 22_700].slice(bracket));
    expect(new Set(all.map(({ bracket }) => bracket))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(all.find(({ bracket }) => bracket === 4)?.whyNone).toBe('bracket 4 of Hyperband runs to the end');
  });

  it('always are ascending validations before the end, none before eps_n, or say why there is none', () => {
    const run = fc.record({
      settings: fc.oneof(
        fc.record({
          type: fc.constantFrom('asha' as const, 'hyperband' as const),
          eta: fc.integer({ min: 2, max: 5 }),
          minShare: fc.constantFrom(0, 0.2),
          trend: fc.boolean(),
          minSteps: fc.option(fc.integer({ min: 1, max: 5000 })),
        }),
        fc.record({
          type: fc.constant('median' as const),
          startupTrials: fc.constant(5),
          minSteps: fc.option(fc.integer({ min: 1, max: 5000 })),
        }),
      ),
      configuration: fc.nat(10_000),
      seedIndex: fc.constant(0),
      totalSteps: fc.integer({ min: 1, max: 20_000 }),
      stepsPerEpoch: fc.integer({ min: 1, max: 3000 }),
      evalEvery: fc.integer({ min: 1, max: 3000 }),
      loss: fc.constantFrom('CE' as const, 'T-CE' as const),
      epsN: fc.option(fc.integer({ min: 1, max: 10_000 })),
    });
    fc.assert(
      fc.property(run, (params) => {
        const { steps, whyNone } = rungsOf(params);
        expect(steps.length === 0).toBe(whyNone !== null);
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
        for (const step of steps) {
          expect(step % params.evalEvery).toBe(0);
          expect(step).toBeLessThan(params.totalSteps);
          expect(step).toBeGreaterThanOrEqual(params.settings.minSteps ?? params.stepsPerEpoch);
          if (params.loss === 'T-CE') expect(step).toBeGreaterThanOrEqual(params.epsN ?? 0);
        }
      }),
    );
  });
});
