/** What a card shows of the test part. */
import { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { expect, test } from 'vitest';
import { testMeans } from './testMeans';

test('recalls are averaged over the seeds that were tested; user groups and other measures are left out', () => {
  const trial = (recall: number) =>
    TrialSummary.fromPartial({
      test: [
        { metric: 'test/recall@50', value: recall },
        { metric: 'test/recall@50/g1', value: 0.9 },
        { metric: 'test/ndcg@50', value: 0.9 },
      ],
    });
  const untested = TrialSummary.fromPartial({});
  expect(testMeans([trial(0.25), untested, trial(0.75)])).toEqual([{ measure: 'recall@50', mean: 0.5 }]);
});
