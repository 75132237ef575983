/** Where a free slot gets its next trial from: hints by NATS, or asking the coordinator while NATS is away. */
import type { ClaimedTrial } from '@adt/proto/gen/adt/v1/trial';
import type { JsMsg } from '@nats-io/jetstream';
import { CLAIM_POLL_MS, HINT_RETRY_MS } from '../tunables.js';
import { Backoff, sleep } from './backoff.js';
import type { Connection } from './connection.js';
import type { NatsLink } from './natsLink.js';

export type TrialSourceParams = {
  connection: Connection;
  /** Replaced when the coordinator names other servers. */
  link(): NatsLink;
  workerId: string;
  pool: string;
};

/** A hint still has to be claimed; what was asked for by ClaimNext is claimed already. */
type Found = { hint: JsMsg } | { trial: ClaimedTrial };

export class TrialSource {
  private readonly backoff = new Backoff();
  /**
   * Free slots wait one after the other: an idle worker has one pull open, or asks once per CLAIM_POLL_MS,
   * whatever its slots. (A consumer takes 512 open pulls by default; 200 workers of 16 slots would have 3,200.)
   */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly params: TrialSourceParams) {}

  /** Waits for a trial and claims it; null when `signal` aborts. */
  async next(signal: AbortSignal): Promise<ClaimedTrial | null> {
    while (!signal.aborted) {
      const found = await this.inTurn(() => this.wait(signal));
      if (found === null) continue;
      const trial = 'hint' in found ? await this.claim(found.hint, signal) : found.trial;
      if (trial !== null) return trial;
    }
    return null;
  }

  private inTurn<T>(wait: () => Promise<T>): Promise<T> {
    const waited = this.turn.then(wait);
    this.turn = waited.catch(() => {});
    return waited;
  }

  private wait(signal: AbortSignal): Promise<Found | null> {
    return this.params.link().ready ? this.pull(signal) : this.ask(signal);
  }

  private async pull(signal: AbortSignal): Promise<Found | null> {
    const hint = signal.aborted ? null : await this.params.link().pull(signal);
    if (hint === null) return null;
    if (!signal.aborted) return { hint };
    tell(() => hint.nak());
    return null;
  }

  private async claim(hint: JsMsg, signal: AbortSignal): Promise<ClaimedTrial | null> {
    const trialId = Number(hint.subject.slice(hint.subject.lastIndexOf('.') + 1));
    const answer = await this.params.connection.call('claim', { workerId: this.params.workerId, trialId });
    if ('reply' in answer) {
      // Taken or not to be had: the hint has done its work. Should this ack get lost, the repeat is not to be had.
      tell(() => hint.ack());
      this.backoff.reset();
      return answer.reply.trial ?? null;
    }
    // No reason to forget the trial: it may be somebody else's luck.
    tell(() => hint.nak(HINT_RETRY_MS));
    // The next hint may be for us.
    if (answer.refusal.kind !== 'too-small') await this.backoff.wait(signal);
    return null;
  }

  private async ask(signal: AbortSignal): Promise<Found | null> {
    if (signal.aborted) return null;
    const { workerId, pool } = this.params;
    const answer = await this.params.connection.call('claimNext', { workerId, pool });
    if ('reply' in answer && answer.reply.trial !== undefined) return { trial: answer.reply.trial };
    await sleep(CLAIM_POLL_MS, AbortSignal.any([signal, this.params.link().bound]));
    return null;
  }
}

/** Throws on a connection that has closed meanwhile; the server then redelivers, and the claim is refused. */
function tell(word: () => void): void {
  try {
    word();
  } catch {
    // As above.
  }
}
