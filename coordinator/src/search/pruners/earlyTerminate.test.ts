import { expect, test } from 'vitest';
import type { Findings } from '../finding.js';
import { NEWEST_RULES, type Rules } from '../rules.js';
import { readEarlyTerminate } from './earlyTerminate.js';

function read(value: unknown, rules: Rules = NEWEST_RULES) {
  const findings: Findings = [];
  const settings = readEarlyTerminate(value, rules, findings);
  return { settings, lines: findings.map(({ path, message }) => `${path}: ${message}`) };
}

test('no block is no early stopping', () => {
  expect(read(undefined)).toEqual({ settings: { type: 'none' }, lines: [] });
});

test.each([
  [{ type: 'none' }, { type: 'none' }],
  [{ type: 'asha' }, { type: 'asha', eta: 3, minSteps: null, minShare: 0.2, trend: false }],
  [
    { type: 'hyperband', eta: 2, min_steps: 400 },
    { type: 'hyperband', eta: 2, minSteps: 400 },
  ],
  [{ type: 'median' }, { type: 'median', minSteps: null, startupTrials: 5 }],
  [
    { type: 'median', startup_trials: 1, min_steps: 7 },
    { type: 'median', minSteps: 7, startupTrials: 1 },
  ],
])('%j is read with the defaults of its type', (block, settings) => {
  expect(read(block)).toEqual({ settings, lines: [] });
});

test('a sweep of rules 3 counts the gain', () => {
  expect(read({ type: 'asha' }, 3).settings).toMatchObject({ minShare: 0.2, trend: true });
});

test.each([
  [1, 0],
  [2, 0.2],
] as const)(
  'a sweep of rules %i keeps its first rung and ranks by the best value alone',
  (rules, minShare) => {
    const settings = { type: 'asha', eta: 3, minSteps: null, minShare, trend: false };
    expect(read({ type: 'asha' }, rules).settings).toEqual(settings);
  },
);

test.each([
  ['asha', 'early_terminate: must be a mapping with type, eta, min_steps, startup_trials (got "asha")'],
  [{}, 'early_terminate.type: must be one of none, median, asha, hyperband (got nothing)'],
  [
    { type: 'ahsa' },
    'early_terminate.type: must be one of none, median, asha, hyperband (got "ahsa") (did you mean "asha"?)',
  ],
  [{ type: 'asha', eta: 1 }, 'early_terminate.eta: must be a whole number from 2 to 100 (got 1)'],
  [{ type: 'asha', eta: 2.5 }, 'early_terminate.eta: must be a whole number from 2 to 100 (got 2.5)'],
  [
    { type: 'asha', min_steps: 0 },
    'early_terminate.min_steps: must be a whole number from 1 to 100000000 (got 0)',
  ],
  [
    { type: 'median', eta: 3 },
    'early_terminate.eta: does not go with type median: it is read by asha, hyperband',
  ],
  [
    { type: 'asha', startup_trials: 5 },
    'early_terminate.startup_trials: does not go with type asha: it is read by median',
  ],
  [
    { type: 'none', min_steps: 5 },
    'early_terminate.min_steps: does not go with type none: it is read by median, asha, hyperband',
  ],
])('%j is refused with path and message', (block, line) => {
  expect(read(block).lines).toEqual([line]);
});

test('all that is wrong is said at once, unknown keys with their neighbour', () => {
  expect(read({ type: 'asha', eta: 'three', min_step: 1, startup_trials: 2 }).lines).toEqual([
    expect.stringContaining('early_terminate.min_step: is not a known key'),
    expect.stringContaining('early_terminate.startup_trials: does not go with type asha'),
    expect.stringContaining('early_terminate.eta: must be a whole number'),
  ]);
});
