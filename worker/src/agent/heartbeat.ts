/** Renews the leases of everything the worker holds in one call, and brings back what to do with each. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineLoad } from '@adt/proto/gen/adt/v1/common';
import { Decision } from '@adt/proto/gen/adt/v1/trial';
import type { Log } from '../log.js';
import { HEARTBEAT_DEADLINE_MS, OFFLINE_STOP_MS } from '../tunables.js';
import type { Connection } from './connection.js';
import type { Refusal } from './refusal.js';

type Lease = {
  trialId: number;
  epoch: number;
  /** By performance.now(): the wall clock may jump, and only Postgres decides about leases. */
  renewedAtMs: number;
  onDecision(decision: Decision): void;
};

export type HeartbeatParams = {
  connection: Connection;
  workerId: string;
  intervalMs: number;
  leaseTtlMs: number;
  log: Log;
  /** The coordinator answers again after it did not, or does not know the worker: register anew. */
  onReturn(): Promise<void>;
  /** Whether the coordinator wants no more trials to be taken, with every answer. */
  onDrain?(drain: boolean): void;
  /** How busy the machine is, for people to see. */
  load?(): MachineLoad;
  offlineStopMs?: number;
};

export class Heartbeat {
  private readonly leases = new Set<Lease>();
  private readonly stopping = new AbortController();
  private beating: Promise<void> | null = null;
  private reachable = true;
  private draining = false;
  private loop: Promise<void> | null = null;

  constructor(private readonly params: HeartbeatParams) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** Renews the lease from now on, until the returned function is called. */
  hold(lease: Omit<Lease, 'renewedAtMs'>): () => void {
    const held = { ...lease, renewedAtMs: performance.now() };
    this.leases.add(held);
    return () => this.leases.delete(held);
  }

  /** Tells the coordinator that this worker takes no more trials, now and with every later beat. */
  async drain(): Promise<void> {
    this.draining = true;
    // One under way was asked before the word was out.
    await this.beating;
    await this.beat();
  }

  /**
   * Before something that only the owner may do: if any lease went a TTL without renewal (the machine slept, the
   * process was stopped), the coordinator is asked first.
   */
  async confirm(): Promise<void> {
    const oldest = performance.now() - this.params.leaseTtlMs;
    if ([...this.leases].some((lease) => lease.renewedAtMs < oldest)) await this.beat();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.beat();
      await delay(this.params.intervalMs, undefined, { signal }).catch(() => {});
    }
  }

  /** One beat at a time: who asks during one gets that one's answer. */
  private beat(): Promise<void> {
    this.beating ??= this.exchange().finally(() => {
      this.beating = null;
    });
    return this.beating;
  }

  private async exchange(): Promise<void> {
    const { connection, workerId } = this.params;
    const asked = [...this.leases];
    const askedAtMs = performance.now();
    const leases = asked.map(({ trialId, epoch }) => ({ trialId, epoch }));
    const request = { workerId, leases, draining: this.draining, load: this.params.load?.() };
    const answer = await connection.call('heartbeat', request, HEARTBEAT_DEADLINE_MS);
    if ('refusal' in answer) return await this.unanswered(answer.refusal);
    this.params.onDrain?.(answer.reply.drain ?? false);
    for (const { trialId, epoch, decision } of answer.reply.decisions) {
      const lease = asked.find((held) => held.trialId === trialId && held.epoch === epoch);
      if (lease === undefined) continue;
      lease.renewedAtMs = askedAtMs;
      lease.onDecision(decision);
    }
    if (!this.reachable) await this.welcomeBack();
  }

  private async unanswered(refusal: Refusal): Promise<void> {
    if (this.reachable) this.params.log.warn('no answer to the heartbeat', { why: refusal.message });
    this.reachable = false;
    if (refusal.kind === 'unregistered') await this.params.onReturn();
    this.giveUpStale();
  }

  private async welcomeBack(): Promise<void> {
    this.reachable = true;
    this.params.log.info('coordinator answers again');
    await this.params.onReturn();
  }

  private giveUpStale(): void {
    const offlineStopMs = this.params.offlineStopMs ?? OFFLINE_STOP_MS;
    for (const lease of this.leases) {
      if (performance.now() - lease.renewedAtMs < offlineStopMs) continue;
      this.params.log.error('offline too long: the trial is given up', {
        trialId: lease.trialId,
        epoch: lease.epoch,
      });
      lease.onDecision(Decision.FENCED);
    }
  }
}
