import type { Forecast } from '@adt/proto/gen/adt/v1/search';
import { expect, test } from 'vitest';
import { formatForecast } from './forecast';

const FORECAST: Forecast = {
  slotSeconds: { p50: 1400, p90: 1800 },
  wallSeconds: { p50: 720, p90: 920 },
  slots: 2,
  basis: [],
  unknownTrials: 0,
  reasons: [],
  usedSlotSeconds: 0,
  madeMs: 0,
};

test('a forecast says when and on what, with its ninth decile', () => {
  expect(formatForecast(FORECAST)).toBe('about 12 min 00 s on 2 slots, p90 15 min 20 s');
  expect(formatForecast({ ...FORECAST, slots: 1 })).toContain('on 1 slot,');
});

test('a forecast without a slot, or without measurements, says so', () => {
  expect(formatForecast({ ...FORECAST, wallSeconds: undefined })).toBe(
    "about 23 min 20 s of one slot's time, and no slot serves its pool now",
  );
  expect(formatForecast({ ...FORECAST, unknownTrials: 3 })).toMatch(/^more than 12 min/);
  expect(formatForecast({ ...FORECAST, slotSeconds: undefined, unknownTrials: 9 })).toMatch(/^time unknown/);
});
