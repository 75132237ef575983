import type { Forecast } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { leftLine, plannedLine } from './forecastLine.js';

const HOUR = 3600;
const forecast = (change: Partial<Forecast> = {}): Forecast => ({
  slotSeconds: { p50: 0.9 * HOUR, p90: 1.2 * HOUR },
  wallSeconds: { p50: 720, p90: 900 },
  slots: 2,
  basis: [],
  unknownTrials: 0,
  reasons: [],
  usedSlotSeconds: 3.1 * HOUR,
  madeMs: 0,
  ...change,
});

describe('the forecast of a running sweep', () => {
  it('is one line: time left, and what of the work is done', () => {
    expect(leftLine(forecast())).toBe('about 12 min left (p90 15), 3.1 of 4.0 slot-hours');
  });

  it('takes the unit that reads best', () => {
    const short = forecast({
      slotSeconds: { p50: 30, p90: 44 },
      wallSeconds: { p50: 15.2, p90: 22 },
      usedSlotSeconds: 10,
    });
    expect(leftLine(short)).toBe('about 15 s left (p90 22), 10 of 40 slot-seconds');
    const long = forecast({ wallSeconds: { p50: 5400, p90: 20 * HOUR }, usedSlotSeconds: 1234 * HOUR });
    expect(leftLine(long)).toBe('about 1.5 h left (p90 20), 1,234 of 1,235 slot-hours');
  });

  it('says that it waits, and what is not known', () => {
    expect(leftLine(forecast({ wallSeconds: undefined }))).toBe('waits for a slot, 3.1 of 4.0 slot-hours');
    const unknown = forecast({ slotSeconds: undefined, unknownTrials: 3, reasons: ['no measurements yet'] });
    expect(leftLine(unknown)).toBe('time unknown for 3 trainings (no measurements yet)');
  });
});

describe('the forecast of a plan', () => {
  it('is finish and work, each with its ninth decile', () => {
    expect(plannedLine(forecast())).toBe('about 12 min on 2 slots (p90 15), 0.9 slot-hours (p90 1.2)');
    expect(plannedLine(forecast({ slots: 1 }))).toContain('on 1 slot (p90 15)');
  });

  it('has no finish without a slot, and is a lower bound where something is unknown', () => {
    expect(plannedLine(forecast({ wallSeconds: undefined }))).toBe(
      'no slot serves its pool now, 0.9 slot-hours (p90 1.2)',
    );
    const unknown = forecast({ unknownTrials: 1, reasons: ['no training of CDAE has ended'] });
    expect(plannedLine(unknown)).toBe(
      'time unknown for 1 training (no training of CDAE has ended); the others: about 12 min on 2 slots (p90 15), ' +
        '0.9 slot-hours (p90 1.2)',
    );
  });
});
