/** AddSeeds: the submission that confirms a sweep's choices on more seeds, or why there can be none. */
import type { Database } from '@adt/prisma/client';
import type { AddSeedsRequest } from '@adt/proto/gen/adt/v1/results';
import { SpecFormat, type SubmitSweepRequest } from '@adt/proto/gen/adt/v1/search';
import { moreSeedsFile } from '../search/moreSeeds.js';
import { confirmationAdvice } from '../search/storedFile.js';
import { type ComparedSweepRow, comparedSweeps } from '../store/comparison.js';
import { checkInteger } from './check.js';
import { invalid, notFound, Refusal, status } from './refusal.js';

const MOST_SEEDS = 100;

/** @throws Refusal for a sweep that still runs, and for one of which a loss has no confirmed configuration */
export async function seedsRequest(db: Database, request: AddSeedsRequest): Promise<SubmitSweepRequest> {
  const sweepId = checkInteger('sweep_id', request.sweepId, 1);
  const count = checkInteger('seeds', request.seeds, 1, MOST_SEEDS);
  const [row] = await comparedSweeps(db, [sweepId]);
  if (row === undefined) throw notFound(`sweep ${sweepId}`);
  const file = moreSeedsFile({ spec: row.spec, format: row.specFormat }, chosenOf(row), count);
  if (!file.ok) throw invalid('seeds', file.message);
  const { idempotencyKey, owner } = request;
  return { spec: file.spec, format: SpecFormat.YAML, idempotencyKey, owner, extends: sweepId };
}

/** Rank 1 of every stratum; empty for a sweep that was never to confirm anything. */
function chosenOf(row: ComparedSweepRow) {
  const { sweepId, strata } = row;
  if (row.open) throw tooEarly(`sweep ${sweepId} still runs: seeds can be added once it has ended`);
  if (confirmationAdvice({ spec: row.spec, format: row.specFormat }) !== null) return [];
  return strata.map(({ chosen, dataset, model, loss, unconfirmed }) => {
    if (chosen !== null) return chosen;
    const why = unconfirmed ?? 'its search ended before';
    throw tooEarly(`${dataset}, ${model}, ${loss} has no confirmed configuration: ${why}`);
  });
}

function tooEarly(message: string): Refusal {
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
}
