/** Judgements as the search log holds them. Apart from the ladder, so that no browser loads what checks them. */
import type { SearchEntry } from '@adt/proto/gen/adt/v1/log';
import { z } from 'zod';
import type { Judged } from './judged';

const judgedEntry = z.object({
  kind: z.literal('judged'),
  trial: z.int(),
  step: z.int(),
  bracket: z.int(),
  value: z.number().nullable(),
  prune: z.boolean(),
  reason: z.string(),
});

/** Those of a page of the log, in its order. @throws ZodError for a log of another version */
export function judgedOf(entries: readonly SearchEntry[]): Judged[] {
  return entries
    .filter(({ kind }) => kind === 'judged')
    .map(({ entry, dataset, model, loss }) => {
      const { kind: _, ...judged } = judgedEntry.parse(JSON.parse(entry));
      return { dataset, model, loss, ...judged };
    });
}
