import { describe, expect, it } from 'vitest';
import { armOf } from './exampleArms.js';
import { pairsOf, pairUp } from './pairing.js';

describe('the pairs of losses', () => {
  it('are the paper’s three, then every other baseline against CE', () => {
    expect(pairsOf(['NR', 'CE', 'R-CE', 'clean', 'T-CE'])).toEqual([
      ['T-CE', 'R-CE'],
      ['T-CE', 'CE'],
      ['R-CE', 'CE'],
      ['NR', 'CE'],
      ['clean', 'CE'],
    ]);
  });

  it('are those whose losses both ran', () => {
    expect(pairsOf(['T-CE', 'R-CE'])).toEqual([['T-CE', 'R-CE']]);
    expect(pairsOf(['CE', 'R-CE'])).toEqual([['R-CE', 'CE']]);
    expect(pairsOf(['NR', 'T-CE'])).toEqual([]);
    expect(pairsOf(['CE'])).toEqual([]);
  });
});

describe('pairing seeds', () => {
  it('takes what both finished, ascending, and names the rest with its reason', () => {
    const first = armOf({
      loss: 'T-CE',
      recall: [3, 1, 9],
      seeds: [3, 1, 9],
      missing: [{ seed: 2, reason: 'running' }],
    });
    const second = armOf({ recall: [10, 20, 30], seeds: [1, 2, 3] });
    expect(pairUp(first, second, 'test/recall@3')).toEqual({
      seeds: [1, 3],
      first: [1 / 10_000, 3 / 10_000],
      second: [10 / 10_000, 30 / 10_000],
      unpaired: [
        { loss: 'T-CE', seed: 2, reason: 'running' },
        { loss: 'CE', seed: 9, reason: 'was not run' },
      ],
    });
  });

  it('names a run without the metric', () => {
    const ran = armOf({ recall: [1], seeds: [1] });
    const bare = { ...ran, loss: 'T-CE', runs: [{ seed: 1, metrics: {} }] };
    expect(pairUp(bare, ran, 'test/recall@3').unpaired).toEqual([
      { loss: 'T-CE', seed: 1, reason: 'has no test/recall@3' },
    ]);
  });
});
