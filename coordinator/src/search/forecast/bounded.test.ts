import { describe, expect, it } from 'vitest';
import { boundedForecast } from './bounded.js';

const KNOWN = {
  kind: 'known',
  slotSeconds: { p50: 100, p90: 300 },
  wallSeconds: { p50: 50, p90: 150 },
  basis: ['ten trainings'],
} as const;

describe('a forecast under a limit of time', () => {
  it('ends with the limit, in wall time and on all slots, and says so', () => {
    expect(boundedForecast(KNOWN, { secondsLeft: 60, slots: 2 })).toEqual({
      kind: 'known',
      slotSeconds: { p50: 100, p90: 120 },
      wallSeconds: { p50: 50, p90: 60 },
      basis: ['ten trainings', expect.stringContaining('budget.max_wall')],
    });
  });

  it.each([
    ['there is none', KNOWN, null],
    ['it is far', KNOWN, 1000],
    ['no slot serves the sweep', { ...KNOWN, wallSeconds: null }, 1],
  ])('is left alone where %s', (_, forecast, secondsLeft) => {
    expect(boundedForecast(forecast, { secondsLeft, slots: 2 })).toBe(forecast);
  });

  it('bounds what is known of an unknown one', () => {
    const { slotSeconds, wallSeconds, basis } = KNOWN;
    const atLeast = { slotSeconds, wallSeconds };
    const unknown = { kind: 'unknown', unknownTrials: 1, reasons: ['why'], atLeast, basis } as const;
    const bounded = boundedForecast(unknown, { secondsLeft: 10, slots: 2 });
    expect(bounded).toMatchObject({ unknownTrials: 1, atLeast: { wallSeconds: { p50: 10, p90: 10 } } });
  });
});
