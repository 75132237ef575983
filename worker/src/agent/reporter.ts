/** Brings an attempt's points from its spool to the coordinator, each once, over any number of streams. */
import { EventEmitter, once } from 'node:events';
import type { MetricPoint } from '@adt/proto/gen/adt/v1/common';
import { Decision, type MetricDown, type MetricUp } from '@adt/proto/gen/adt/v1/trial';
import { GAP_METRIC } from '@adt/proto/metricGap';
import { type Log, messageOf } from '../log.js';
import { ACK_WINDOW_POINTS, STREAM_CLOSE_MS } from '../tunables.js';
import { Backoff } from './backoff.js';
import type { MetricCall } from './connection.js';
import { type Refusal, refusalOf } from './refusal.js';
import type { Spool } from './spool.js';

export type ReporterParams = {
  openStream(): MetricCall;
  spool: Spool;
  attempt: { workerId: string; trialId: number; epoch: number };
  /** The series that ranks: kept when the spool is full. */
  objective: string;
  log: Log;
  /** A spool beyond this keeps only the objective, and says what it lacks. */
  spoolCapBytes: number;
  onDecision(decision: Decision): void;
  /** The coordinator will never take these points. The reporter has ended; acked ones stay acked. */
  onPoison(): void;
};

export class Reporter {
  private readonly changes = new EventEmitter();
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;
  private call: MetricCall | null = null;
  /** Sent on the current stream; what is beyond `acked` is on its way. */
  private sent = 0;
  private acked = 0;
  private resumed = false;
  private totalSteps = 0;
  private thinned = false;
  private refused: string | null = null;

  constructor(private readonly params: ReporterParams) {
    // One waiter sends, one or more wait for the flush.
    this.changes.setMaxListeners(0);
    this.running = this.run();
  }

  /** Why the points can't be brought over, ever; null while all is well. */
  get poison(): string | null {
    return this.refused;
  }

  /** Points that this attempt reports: all that were spooled, or, poisoned, what had been acked by then. */
  get lastSeq(): number {
    return this.refused === null ? this.params.spool.lastSeq : this.acked;
  }

  /** Points that are spooled and not acked. */
  get backlog(): number {
    return this.params.spool.lastSeq - this.acked;
  }

  /** Spools points and sends them when it can. A disk that refuses them ends the attempt. */
  append(points: readonly MetricPoint[], totalSteps: number): void {
    if (this.refused !== null) return;
    this.totalSteps = totalSteps;
    try {
      this.params.spool.append(this.withinCap(points));
    } catch (error) {
      this.giveUp(messageOf(error));
    }
    this.changes.emit('change');
  }

  /** Resolves true when every point is acked; false when `signal` aborts or the points are refused for good. */
  async flush(signal: AbortSignal): Promise<boolean> {
    do {
      if (!(await this.delivered(this.params.spool.lastSeq, signal))) return false;
    } while (this.acked < this.params.spool.lastSeq);
    return true;
  }

  /** Resolves true when the first `seq` points are acked; false when `signal` aborts or that can't be. */
  async delivered(seq: number, signal: AbortSignal): Promise<boolean> {
    if (this.refused === null) await this.params.spool.sync();
    while (!(this.resumed && this.acked >= seq)) {
      if (signal.aborted || this.refused !== null || this.closing.signal.aborted) return false;
      await this.change(signal);
    }
    return true;
  }

  /**
   * The coordinator holds `stored` points and not as many as we said. Fewer (its database was set back): they are
   * sent again from there. More, after a poisoning: a batch was stored whose ack we broke off.
   * @returns false: it holds points that were never made here
   */
  agree(stored: number): boolean {
    if (stored > this.params.spool.lastSeq) return false;
    if (this.refused !== null) {
      this.acked = stored;
    } else {
      this.resumed = false;
      this.call?.cancel();
    }
    return true;
  }

  /** Ends the stream; a second call does nothing. */
  async close(): Promise<void> {
    this.closing.abort();
    const call = this.call;
    call?.end();
    const cut = setTimeout(() => call?.cancel(), STREAM_CLOSE_MS);
    await this.running;
    clearTimeout(cut);
  }

  private async run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.closing.signal.aborted) {
      const refusal = await this.oneStream();
      if (this.resumed) backoff.reset();
      if (refusal?.kind === 'fenced') {
        this.params.onDecision(Decision.FENCED);
        return;
      }
      if (refusal?.kind === 'bad') this.giveUp(refusal.message);
      await backoff.wait(this.closing.signal);
    }
  }

  /** Hello, Resume, then batches and acks until the stream ends; null when it ended without an error. */
  private async oneStream(): Promise<Refusal | null> {
    const over = new AbortController();
    const call = this.params.openStream();
    this.call = call;
    this.resumed = false;
    // An error that comes after the last read has no other listener and would end the process.
    call.on('error', () => {});
    call.write({ hello: this.params.attempt, batch: undefined });
    try {
      for await (const down of call as AsyncIterable<MetricDown>) {
        this.receive(down);
        if (down.resume !== undefined) void this.send(call, over.signal);
      }
      return null;
    } catch (error) {
      return refusalOf(error);
    } finally {
      over.abort();
      call.cancel();
    }
  }

  private receive(down: MetricDown): void {
    const state = down.resume ?? down.ack;
    if (state === undefined) return;
    this.acked = state.ackedSeq;
    if (down.resume !== undefined) {
      this.sent = state.ackedSeq;
      this.resumed = true;
    }
    this.params.onDecision(state.decision);
    this.changes.emit('change');
  }

  /** Keeps at most ACK_WINDOW_POINTS on their way; ends with the stream. */
  private async send(call: MetricCall, over: AbortSignal): Promise<void> {
    const { spool } = this.params;
    while (!over.aborted) {
      const room = ACK_WINDOW_POINTS - (this.sent - this.acked);
      if (this.sent >= spool.lastSeq || room <= 0) {
        await this.change(over);
        continue;
      }
      const points = this.readSpool();
      if (points === null) return;
      const batch = { firstSeq: this.sent + 1, points: points.slice(0, room), totalSteps: this.totalSteps };
      this.sent += batch.points.length;
      if (!this.write(call, { hello: undefined, batch }))
        await once(call, 'drain', { signal: over }).catch(() => {});
    }
  }

  private write(call: MetricCall, message: MetricUp): boolean {
    return call.writable ? call.write(message) : true;
  }

  private readSpool(): MetricPoint[] | null {
    try {
      return this.params.spool.read(this.sent + 1);
    } catch (error) {
      this.giveUp(messageOf(error));
      return null;
    }
  }

  private giveUp(reason: string): void {
    this.refused = reason;
    this.closing.abort();
    this.call?.cancel();
    this.changes.emit('change');
    this.params.onPoison();
  }

  /** Resolves at the next change of what is spooled or acked, or when `signal` aborts. */
  private async change(signal: AbortSignal): Promise<void> {
    await once(this.changes, 'change', { signal }).catch(() => {});
  }

  private withinCap(points: readonly MetricPoint[]): readonly MetricPoint[] {
    if (this.params.spool.bytes < this.params.spoolCapBytes) return points;
    if (!this.thinned) {
      this.thinned = true;
      this.params.log.warn('spool full: only the objective is kept from here', {
        bytes: this.params.spool.bytes,
      });
    }
    return thinned(points, this.params.objective);
  }
}

/** What is left of points without room: the objective's, and behind them how many others a step has lost. */
function thinned(points: readonly MetricPoint[], objective: string): MetricPoint[] {
  const kept = points.filter((point) => point.metric === objective);
  const lost = new Map<number, number>();
  for (const { metric, step } of points) if (metric !== objective) lost.set(step, (lost.get(step) ?? 0) + 1);
  return [...kept, ...[...lost].map(([step, value]) => ({ step, metric: GAP_METRIC, value }))];
}
