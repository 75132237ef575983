/** What the search must know of a stored bundle, from its header. */
import type { BundleHeader } from '@adt/worker/data/bundle';
import type { DatasetFacts } from './strata.js';

export function factsOf(params: { name: string; sha256: string; header: BundleHeader }): DatasetFacts {
  const { name, sha256, header } = params;
  const { users, items, parts } = header;
  const { interactions, falsePositives } = parts.train;
  return { name, sha256, users, items, trainInteractions: interactions, hasFlags: falsePositives !== null };
}
