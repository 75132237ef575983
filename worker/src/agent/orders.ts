/** What a running attempt has been told to do: at most one way to stop, and the fence above all. */
import { Decision } from '@adt/proto/gen/adt/v1/trial';

/**
 * - `CANCELLED`, `PRUNED`: stop the trainer and complete as that.
 * - `RELEASED`: the worker drains, or can't have the bundle; stop the trainer and hand the trial back.
 * - `BROKEN`: the attempt cannot go on (its points are refused); stop the trainer and complete as FAILED.
 * - `FENCED`: another attempt owns the trial; kill the trainer and say nothing more.
 */
export type Order = 'CANCELLED' | 'PRUNED' | 'RELEASED' | 'BROKEN' | 'FENCED';

const ORDER_OF: Partial<Record<Decision, Order>> = {
  [Decision.CANCEL]: 'CANCELLED',
  [Decision.PRUNE]: 'PRUNED',
  [Decision.FENCED]: 'FENCED',
};

export class Orders {
  private readonly stopping = new AbortController();
  private readonly fencing = new AbortController();
  private standing: Order | null = null;

  /** Aborts with the first order of any kind. */
  readonly stop: AbortSignal = this.stopping.signal;
  /** Aborts when the attempt is fenced. */
  readonly fence: AbortSignal = this.fencing.signal;

  get current(): Order | null {
    return this.standing;
  }

  /** The first order stands; only FENCED replaces it. */
  give(order: Order): void {
    if (this.standing !== null && order !== 'FENCED') return;
    this.standing = order;
    this.stopping.abort();
    if (order === 'FENCED') this.fencing.abort();
  }

  /** What came with an ack or a heartbeat. */
  obey(decision: Decision): void {
    const order = ORDER_OF[decision];
    if (order !== undefined) this.give(order);
  }
}
