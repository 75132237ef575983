import { Comparison } from '@adt/proto/gen/adt/v1/results';
import { describe, expect, it } from 'vitest';
import { compareArms } from '../search/verdict/compareArms.js';
import { armOf, EXAMPLE } from '../search/verdict/exampleArms.js';
import { sentencesOf } from '../search/verdict/sentence.js';
import { comparisonFromWire, comparisonToWire } from './comparisonWire.js';

/** Over the wire, byte by byte. */
function sent(message: Comparison): Comparison {
  return Comparison.decode(Comparison.encode(message).finish());
}

describe('a comparison on the wire', () => {
  it.each([
    ['every kind of verdict', EXAMPLE],
    [
      'arms without a common seed',
      [armOf({ recall: [1], seeds: [1] }), armOf({ loss: 'T-CE', recall: [1], seeds: [2] })],
    ],
    ['arms alike on every seed', [armOf({ recall: [5, 5] }), armOf({ loss: 'T-CE', recall: [5, 5] })]],
    ['a reference of zero', [armOf({ recall: [0, 0] }), armOf({ loss: 'T-CE', recall: [1, 2] })]],
    ['nothing', []],
  ])('is the same when it arrives: %s', (_, arms) => {
    const comparison = compareArms(arms);
    expect(comparisonFromWire(sent(comparisonToWire(comparison)))).toEqual(comparison);
  });

  it('brings each verdict in words', () => {
    const comparison = compareArms(EXAMPLE);
    const { cells } = sent(comparisonToWire(comparison));
    expect(cells.flatMap(({ pairs }) => pairs.map(({ sentence }) => sentence))).toEqual(
      sentencesOf(comparison),
    );
  });
});
