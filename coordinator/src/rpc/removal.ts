/** What deleting a sweep is answered with. */
import type { SweepRemoval } from '@adt/proto/gen/adt/v1/search';
import type { Deletion } from '../store/retention.js';
import { notFound, Refusal, status } from './refusal.js';

/** @throws Refusal where nothing may be deleted */
export function removalToWire(sweepId: number, deletion: Deletion): SweepRemoval {
  switch (deletion.kind) {
    case 'not-found':
      throw notFound(`sweep ${sweepId}`);
    case 'open':
      throw illegal(
        `sweep ${sweepId} has not ended: cancel it first, and wait until its trials have stopped`,
      );
    case 'extended':
      throw illegal(
        `sweep ${sweepId} is extended by sweep ${deletion.by.join(', ')}, whose curves are partly its own: delete that first`,
      );
    case 'deleted':
    case 'would-delete':
      return { ...deletion.removal, deleted: deletion.kind === 'deleted' };
    default:
      return deletion satisfies never;
  }
}

function illegal(message: string): Refusal {
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
}
