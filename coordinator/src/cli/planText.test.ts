import type { SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { planText } from './planText.js';

const PLAN: SweepPlan = {
  violations: [],
  warnings: [],
  configurations: 60,
  runs: 120,
  strata: [{ dataset: 'ml1m', model: 'GMF', loss: 'T-CE', configurations: 60, runs: 120, confirming: 0 }],
  reason: '',
  listing: {
    columns: ['loss', 'eps_max'],
    rows: [{ cells: ['CE', ''] }, { cells: ['T-CE', '0.1'] }],
    common: [
      { name: 'dataset', value: 'ml1m' },
      { name: 'lr', value: '0.001' },
    ],
    seeds: [1, 2],
    more: 58,
    suggested: 0,
  },
  forecast: {
    slotSeconds: { p50: 7200, p90: 9000 },
    wallSeconds: { p50: 3600, p90: 4500 },
    slots: 2,
    basis: ['ml1m, GMF: 12 measured trainings'],
    unknownTrials: 0,
    reasons: [],
    usedSlotSeconds: 0,
    madeMs: new Date(2026, 10, 24, 14, 30).getTime(),
  },
};

describe('a plan as text', () => {
  it('says size, time and finish first, and what they rest on', () => {
    expect(planText(PLAN).split('\n').slice(0, 4)).toEqual([
      '60 configurations, 120 runs, 1 stratum',
      'about 1.0 h on 2 slots (p90 1.3), 2.0 slot-hours (p90 2.5)',
      'done about 2026-11-24 15:30 (p90 2026-11-24 15:45)',
      '  from ml1m, GMF: 12 measured trainings',
    ]);
  });

  it('lists the configurations by what differs, and counts the rest', () => {
    const text = planText(PLAN);
    expect(text).toMatch(/^#\s+loss\s+eps_max\n1\s+CE\s+–\n2\s+T-CE\s+0\.1\n… 58 more$/m);
    expect(text).toContain('all: dataset ml1m, lr 0.001\nsearch seeds: 1, 2');
    const listing = { ...(PLAN.listing as NonNullable<SweepPlan['listing']>), suggested: 50 };
    expect(planText({ ...PLAN, listing })).toContain('… 8 more\n… 50 to be suggested from their results');
  });

  it('promises no finish where something is unknown, and no time where nobody was asked', () => {
    const forecast = { ...(PLAN.forecast as NonNullable<SweepPlan['forecast']>), unknownTrials: 2 };
    expect(planText({ ...PLAN, forecast })).not.toContain('done about');
    expect(planText({ ...PLAN, forecast: undefined })).not.toContain('slot-hours');
  });
});
