import { describe, expect, it } from 'vitest';
import { compareArms } from './compareArms.js';
import { armOf, EXAMPLE } from './exampleArms.js';
import { formatP, percentWithMargin, sentencesOf } from './sentence.js';

const told = (...arms: ReturnType<typeof armOf>[]) => sentencesOf(compareArms(arms));
const SIX = [10, 20, 30, 40, 50, 60];

describe('the sentence of a verdict', () => {
  it('says who wins by how much, how sure that is, what is missing, and how both were tuned', () => {
    expect(sentencesOf(compareArms(EXAMPLE))).toEqual([
      'adressa, GMF: T-CE beats R-CE by 3.1 % ± 0.7 % in test/recall@3 (10 seeds, p = 0.0078 by Holm over 4 comparisons); both were tuned equally, 30 trials each.',
      'adressa, GMF: T-CE beats CE by 3.2 % ± 0.3 % in test/recall@3 (10 seeds, p = 0.0078 by Holm over 4 comparisons); tuned unevenly, 30 trials for T-CE and 1 for CE.',
      'adressa, GMF: no difference shown between R-CE and CE in test/recall@3: +0.1 % ± 0.5 % (10 seeds, p = 1 by Holm over 4 comparisons), about 530 more seeds would show one of this size; tuned unevenly, 30 trials for R-CE and 1 for CE.',
      '=50%_off, R&D, NeuMF: no verdict on T-CE and CE: 5 common seeds, run 3 more (unpaired: T-CE on seed 2024 failed: NON_FINITE); both were tuned about equally, 24 trials for T-CE and 30 for CE.',
    ]);
  });

  it('names the loser first where the pair is worse, and the family only where there is one', () => {
    const ce = armOf({ recall: SIX });
    const tce = armOf({ loss: 'T-CE', recall: [9, 18, 29, 38, 48, 59] });
    expect(told(ce, tce)).toEqual([
      'adressa, GMF: T-CE loses to CE by 4.3 % ± 1.6 % in test/recall@3 (6 seeds, p = 0.0313); both were tuned equally, 30 trials each.',
    ]);
  });

  it('speaks absolutely over a reference of zero', () => {
    const tce = armOf({ loss: 'T-CE', recall: SIX });
    expect(told(armOf({ recall: SIX.map(() => 0) }), tce)[0]).toContain(
      'T-CE beats CE by 0.00350 ± 0.00196 in test/recall@3',
    );
  });

  it('tells alike from not shown, and few seeds from too few for so many comparisons', () => {
    expect(told(armOf({ recall: SIX }), armOf({ loss: 'R-CE', recall: SIX }))[0]).toContain(
      'no difference shown between R-CE and CE in test/recall@3: +0.0 % (6 seeds, p = 1), the arms are alike on every seed;',
    );
    const arms = ['CE', 'T-CE', 'R-CE'].map((loss, at) =>
      armOf({ loss, recall: SIX.map((value) => value + at) }),
    );
    expect(told(...arms)[0]).toContain(
      'no verdict on T-CE and R-CE: 6 common seeds cannot decide among 3 comparisons, run 1 more;',
    );
  });

  it('names three unpaired seeds and counts the rest', () => {
    const missing = [1, 2, 3, 4].map((seed) => ({ seed, reason: 'is running' }));
    expect(told(armOf({ recall: [] }), armOf({ loss: 'T-CE', recall: [], missing }))[0]).toContain(
      '0 common seeds, run 6 more (unpaired: T-CE on seed 1 is running, T-CE on seed 2 is running, T-CE on seed 3 is running and 1 more)',
    );
  });
});

describe('numbers in sentences', () => {
  it('keep as many digits as the smaller of value and margin needs', () => {
    expect(percentWithMargin(0.0314, { low: 0.0234, high: 0.0394 })).toBe('3.1 % ± 0.8 %');
    expect(percentWithMargin(-0.0314, { low: -0.0318, high: -0.031 })).toBe('3.14 % ± 0.04 %');
    expect(percentWithMargin(0, { low: -0.01, high: 0.01 })).toBe('0.0 % ± 1.0 %');
    expect(percentWithMargin(0.00025, null)).toBe('0.03 %');
  });

  it('never show a p of zero', () => {
    expect([formatP(1e-7), formatP(0.0001), formatP(0.04996), formatP(1)]).toEqual([
      '<0.0001',
      '0.0001',
      '0.0500',
      '1',
    ]);
  });
});
