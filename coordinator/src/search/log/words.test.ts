import { expect, it } from 'vitest';
import type { Entry } from './entry.js';
import { wordsOf } from './words.js';

const reason = 'why';

it.each<[Entry, string]>([
  [
    { kind: 'told', trial: 7, outcome: 'done', value: 0.12345678, step: null },
    'trial #7 is done with 0.123457',
  ],
  [
    { kind: 'told', trial: 7, outcome: 'pruned', value: 0.1, step: 300 },
    'trial #7 was stopped at iteration 300 with 0.1',
  ],
  [{ kind: 'told', trial: 7, outcome: 'failed', value: null, step: null }, 'trial #7 has failed'],
  [
    { kind: 'suggested', stratum: 0, assignment: { lr: 0.001, eps_n: 500 }, reason },
    'tries lr 0.001, eps_n 500',
  ],
  [{ kind: 'exhausted', stratum: 0, reason }, 'tries nothing more'],
  [
    { kind: 'continued', stratum: 0, configuration: 3, seed: 2, reason },
    'trains the configuration of trial #9 with seed 2 too',
  ],
  [
    { kind: 'judged', trial: 7, step: 300, bracket: 0, value: null, prune: false, reason },
    'lets trial #7 go on after iteration 300, no value',
  ],
  [
    { kind: 'confirmed', stratum: 0, configuration: 3, rank: 2, value: 0.1, reason },
    'confirms the configuration of trial #9, rank 2',
  ],
  [{ kind: 'unconfirmed', stratum: 0, reason }, 'confirms nothing more'],
  [{ kind: 'ended', gaveUp: true, reason }, 'gives up'],
  [{ kind: 'ended', gaveUp: false, reason }, 'is done'],
  [{ kind: 'stopped', reason }, 'is stopped'],
])('%j reads: %s', (entry, what) => {
  expect(wordsOf(entry, 9)).toEqual({ what, reason: entry.kind === 'told' ? '' : reason });
});
