/** A worker that trains nothing: the agent's own connection, hints, leases, spool and reporter, with made-up points. */
import { randomBytes } from 'node:crypto';
import { type ClaimedTrial, Outcome, type RegisterReply } from '@adt/proto/gen/adt/v1/trial';
import { type Attempt, openAttempt, type Workshop } from '@adt/worker/agent/attempt';
import type { BundleCache } from '@adt/worker/agent/bundleCache';
import type { CheckpointFolder } from '@adt/worker/agent/checkpointFolder';
import { CheckpointStore } from '@adt/worker/agent/checkpointStore';
import { Connection } from '@adt/worker/agent/connection';
import { Heartbeat } from '@adt/worker/agent/heartbeat';
import { NatsLink } from '@adt/worker/agent/natsLink';
import type { SpoolFolder } from '@adt/worker/agent/spoolFolder';
import { TrialSource } from '@adt/worker/agent/trialSource';
import type { WorkerMetrics } from '@adt/worker/agent/workerMetrics';
import type { Log } from '@adt/worker/log';
import { SPOOL_CAP_BYTES } from '@adt/worker/tunables';
import { OBJECTIVE } from './sweepText.js';
import type { Train } from './training.js';

const POOL = 'default';

export type SimulatedWorkerParams = {
  coordinator: string;
  token: string;
  slots: number;
  /** Shared by the workers of a process. */
  spools: SpoolFolder;
  checkpointFolders: CheckpointFolder;
  metrics: WorkerMetrics;
  bundles: BundleCache;
  train: Train;
  log: Log;
  /** Milliseconds that a call of Claim took, as the worker sees it. */
  onClaim(ms: number): void;
  /** An attempt has ended as succeeded, and the coordinator has said so. */
  onCompleted(points: number): void;
};

export class SimulatedWorker {
  private readonly draining = new AbortController();
  private readonly heartbeat: Heartbeat;
  private readonly link: NatsLink;
  private slots: Promise<void>[] = [];

  private constructor(
    private readonly params: SimulatedWorkerParams,
    private readonly workerId: string,
    private readonly connection: Connection,
    registered: RegisterReply,
  ) {
    const { natsServers: servers, natsToken: token, heartbeatMs: intervalMs, leaseTtlMs } = registered;
    const login = { token, user: '', password: '', inboxPrefix: '' };
    this.link = new NatsLink({ servers, login, tls: null, pool: POOL, log: params.log });
    const onReturn = async () => {};
    this.heartbeat = new Heartbeat({
      connection,
      workerId,
      intervalMs,
      leaseTtlMs,
      log: params.log,
      onReturn,
    });
  }

  /** Resolves when it is registered and takes trials. @throws Error when the coordinator refuses it */
  static async start(params: SimulatedWorkerParams): Promise<SimulatedWorker> {
    const connection = timed(new Connection(params.coordinator, params.token), params.onClaim);
    const workerId = `simulated-${randomBytes(6).toString('hex')}`;
    const request = {
      workerId,
      host: 'bench',
      pool: POOL,
      slots: params.slots,
      threadsPerSlot: 1,
      engines: [],
      pid: process.pid,
    };
    const answer = await connection.persist('register', request, AbortSignal.timeout(60_000));
    if (answer === null || 'refusal' in answer)
      throw new Error(`not registered: ${answer?.refusal.message ?? 'no answer'}`);
    const worker = new SimulatedWorker(params, workerId, connection, answer.reply);
    worker.open();
    return worker;
  }

  /** Takes no more trials; those it has are trained to their end, which `train` is told to bring about. */
  async stop(): Promise<void> {
    this.draining.abort();
    await Promise.all(this.slots);
    await this.heartbeat.stop();
    await this.link.close();
    this.connection.close();
  }

  private open(): void {
    const { connection, heartbeat, workerId } = this;
    const { spools, bundles, log } = this.params;
    // Its signal never aborts: an attempt of ours ends, and is not handed back.
    const drain = new AbortController().signal;
    const shop: Workshop = {
      ...{ workerId, threadsPerSlot: 1, connection, heartbeat, bundles, spools, log, drain },
      ...{ checkpointFolders: this.params.checkpointFolders, checkpointSeconds: Number.POSITIVE_INFINITY },
      checkpoints: new CheckpointStore(() => this.link.checkpoints()),
      spoolCapBytes: SPOOL_CAP_BYTES,
      drainLeftMs: () => 0,
      metrics: this.params.metrics,
    };
    const source = new TrialSource({ connection, link: () => this.link, workerId, pool: POOL });
    heartbeat.start();
    this.slots = Array.from({ length: this.params.slots }, () => this.fillSlot(source, shop));
  }

  private async fillSlot(source: TrialSource, shop: Workshop): Promise<void> {
    for (;;) {
      const claimed = await source.next(this.draining.signal);
      if (claimed === null) return;
      await this.run(claimed, shop).catch((error) =>
        shop.log.error('attempt broke off', { trialId: claimed.trialId, why: String(error) }),
      );
    }
  }

  private async run(claimed: ClaimedTrial, shop: Workshop): Promise<void> {
    const attempt = openAttempt(claimed, shop);
    try {
      await this.params.train(attempt, this.draining.signal);
      await complete(attempt, shop);
      this.params.onCompleted(attempt.reporter.lastSeq);
    } finally {
      await attempt.close();
    }
  }
}

/** As a worker does: every point first, then the outcome. @throws Error when it is refused */
async function complete({ ref, orders, reporter }: Attempt, shop: Workshop): Promise<void> {
  if (!(await reporter.flush(orders.fence))) throw new Error(reporter.poison ?? 'fenced');
  const result = {
    bestStep: 10,
    valid: [{ metric: OBJECTIVE, value: 0.25 }],
    test: [{ metric: OBJECTIVE.replace('valid', 'test'), value: 0.2 }],
    seconds: [{ metric: 'train', value: 0.001 }],
    facts: [],
    engine: 'simulated',
    parametersSha256: '',
  };
  const request = {
    ...ref,
    outcome: Outcome.SUCCEEDED,
    lastSeq: reporter.lastSeq,
    result,
    failure: undefined,
  };
  const answer = await shop.connection.persist('complete', request, orders.fence);
  if (answer === null || 'refusal' in answer)
    throw new Error(`outcome refused: ${answer?.refusal.message ?? 'fenced'}`);
}

function timed(connection: Connection, onClaim: (ms: number) => void): Connection {
  const call = connection.call.bind(connection);
  connection.call = async (method, request, deadlineMs) => {
    const began = performance.now();
    const answer = await call(method, request, deadlineMs);
    if (method === 'claim' || method === 'claimNext') onClaim(performance.now() - began);
    return answer;
  };
  return connection;
}
