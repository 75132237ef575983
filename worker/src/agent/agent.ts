/** The worker as a whole: registers, fills its slots, beats, drains. Started and stopped in one place. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RegisterReply, RegisterRequest } from '@adt/proto/gen/adt/v1/trial';
import { parseWorkerToken, workerIdOf } from '@adt/proto/workerToken';
import type { EngineInfo } from '../engines/engine.js';
import type { WorkerEnv } from '../env.js';
import { type Log, messageOf } from '../log.js';
import { SLOT_REST_MS } from '../tunables.js';
import type { Workshop } from './attempt.js';
import { sleep } from './backoff.js';
import { BundleCache } from './bundleCache.js';
import { CheckpointFolder } from './checkpointFolder.js';
import { CheckpointStore } from './checkpointStore.js';
import { Connection } from './connection.js';
import { Heartbeat } from './heartbeat.js';
import { Intake } from './intake.js';
import { machineLoad } from './machineLoad.js';
import { NatsLink } from './natsLink.js';
import { runTrial } from './runTrial.js';
import { SpoolFolder } from './spoolFolder.js';
import { TrialSource } from './trialSource.js';
import type { WorkerMetrics } from './workerMetrics.js';

export type AgentParams = {
  env: WorkerEnv;
  engines: readonly EngineInfo[];
  log: Log;
  metrics: WorkerMetrics;
};

/** The coordinator answered, and will not have this worker: the token or the settings are wrong. */
export class RegistrationRefused extends Error {
  override name = 'RegistrationRefused';
}

export class Agent {
  private readonly draining = new AbortController();
  private readonly heartbeat: Heartbeat;
  private hints: { link: NatsLink; servers: string };
  private readonly intake = new Intake();
  private slots: Promise<void>[] = [];
  /** By performance.now(); null while there is no drain. */
  private drainEndsAtMs: number | null = null;

  private constructor(
    private readonly params: AgentParams,
    private readonly identity: RegisterRequest,
    private readonly connection: Connection,
    registered: RegisterReply,
  ) {
    this.hints = { link: linkTo(registered, params), servers: serversOf(registered) };
    this.heartbeat = new Heartbeat({
      connection,
      workerId: identity.workerId,
      intervalMs: registered.heartbeatMs,
      leaseTtlMs: registered.leaseTtlMs,
      log: params.log,
      onReturn: () => this.introduceAnew(),
      onDrain: (drain) => {
        if (this.intake.set(drain))
          params.log.info(drain ? 'told to take no more trials' : 'takes trials again');
      },
      load: machineLoad,
    });
  }

  /**
   * Registers, waiting for a coordinator that is away, and starts to take trials.
   * @throws RegistrationRefused; the signal's reason when it aborts first
   */
  static async start(params: AgentParams, signal: AbortSignal): Promise<Agent> {
    const connection = new Connection(params.env.coordinator, params.env.token, {
      tls: params.env.tls,
      onRefusal: (kind) => params.metrics.refused(kind),
    });
    try {
      const identity = identify(params);
      const registered = await register(connection, identity, params.log, signal);
      const agent = new Agent(params, identity, connection, registered);
      await agent.open();
      params.metrics.registered = true;
      return agent;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get workerId(): string {
    return this.identity.workerId;
  }

  /**
   * Takes no more trials, stops the trainers, hands their trials back. A second call changes nothing.
   * @param boundMs resolves by then, whatever is still open
   */
  async stop(boundMs = this.params.env.drainSeconds * 1000): Promise<void> {
    this.drainEndsAtMs ??= performance.now() + boundMs;
    this.params.metrics.registered = false;
    this.draining.abort();
    const over = new AbortController();
    const handedBack = Promise.all([this.heartbeat.drain(), ...this.slots]).finally(() => over.abort());
    await Promise.race([handedBack, sleep(boundMs, over.signal)]);
    await Promise.race([this.heartbeat.stop(), sleep(boundMs)]);
    await this.hints.link.close();
    this.connection.close();
  }

  private async open(): Promise<void> {
    const { env, log, metrics } = this.params;
    const folder = join(env.dataDir, 'worker');
    const shop: Workshop = {
      workerId: this.workerId,
      threadsPerSlot: env.threadsPerSlot,
      connection: this.connection,
      heartbeat: this.heartbeat,
      bundles: await BundleCache.open({
        folder: join(folder, 'bundles'),
        objects: () => this.hints.link.bundles(),
        log,
      }),
      spools: new SpoolFolder(join(folder, 'spool')),
      checkpoints: new CheckpointStore(() => this.hints.link.checkpoints()),
      checkpointFolders: new CheckpointFolder(join(folder, 'checkpoints')),
      checkpointSeconds: env.checkpointSeconds,
      spoolCapBytes: env.spoolCapBytes,
      drainLeftMs: () =>
        Math.max(0, (this.drainEndsAtMs ?? performance.now() + env.drainSeconds * 1000) - performance.now()),
      log,
      metrics,
      drain: this.draining.signal,
    };
    const source = new TrialSource({
      connection: this.connection,
      link: () => this.hints.link,
      workerId: this.workerId,
      pool: env.pool,
    });
    this.heartbeat.start();
    this.slots = Array.from({ length: env.slots }, () => this.fillSlot(source, shop));
  }

  /** One trial after the other: there are as many of these loops as slots, hence never more trials. */
  private async fillSlot(source: TrialSource, shop: Workshop): Promise<void> {
    for (;;) {
      const taking = await this.intake.opened(shop.drain);
      if (taking === null) return;
      const claimed = await source.next(taking);
      if (claimed === null) continue;
      const end = shop.metrics.begin();
      try {
        const { spoilt } = await runTrial(claimed, shop);
        // A full disk would else take one trial after the other, and spend the few failures that each may have.
        if (spoilt) await sleep(SLOT_REST_MS, shop.drain);
      } catch (error) {
        // A bug or a full disk costs this attempt its lease, not the worker its other trials.
        const { sweepId, trialId, epoch } = claimed;
        shop.log.error('attempt broke off', { sweepId, trialId, epoch, why: messageOf(error) });
        shop.metrics.ended('BROKEN_OFF');
        await sleep(SLOT_REST_MS, shop.drain);
      } finally {
        end();
      }
    }
  }

  /** The coordinator was away; it may have moved to another NATS. */
  private async introduceAnew(): Promise<void> {
    const answer = await this.connection.call('register', this.identity);
    if ('refusal' in answer) return;
    const servers = serversOf(answer.reply);
    if (servers === this.hints.servers) return;
    const before = this.hints.link;
    this.hints = { link: linkTo(answer.reply, this.params), servers };
    await before.close();
  }
}

async function register(
  connection: Connection,
  identity: RegisterRequest,
  log: Log,
  signal: AbortSignal,
): Promise<RegisterReply> {
  const onAway = (why: string): void => log.warn('waiting for the coordinator', { why });
  const answer = await connection.persist('register', identity, signal, onAway);
  if (answer === null) throw signal.reason;
  if ('refusal' in answer)
    throw new RegistrationRefused(`the coordinator refuses this worker: ${answer.refusal.message}`);
  return answer.reply;
}

function identify({ env, engines }: AgentParams): RegisterRequest {
  const host = hostname();
  // A worker with a token of its own goes by the token's name: the coordinator takes no other id from it.
  const name = parseWorkerToken(env.token)?.name ?? slug(host);
  return {
    workerId: workerIdOf(name, randomBytes(4).toString('hex')),
    host,
    pool: env.pool,
    slots: env.slots,
    threadsPerSlot: env.threadsPerSlot,
    engines: engines.map((engine) => ({ ...engine, slotMemoryBytes: env.slotMemoryBytes })),
    pid: process.pid,
  };
}

/** A host's name as part of a worker id: [a-z0-9-], at most 40. */
function slug(host: string): string {
  return (
    host
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .slice(0, 40) || 'worker'
  );
}

function linkTo(reply: RegisterReply, { env, log }: AgentParams): NatsLink {
  const { natsServers: servers, natsToken: token, natsUser: user, natsPassword: password } = reply;
  const login = { token, user, password, inboxPrefix: reply.natsInboxPrefix };
  return new NatsLink({ servers, login, tls: env.tls, pool: env.pool, log });
}

function serversOf(reply: RegisterReply): string {
  return JSON.stringify([reply.natsServers, reply.natsToken, reply.natsUser, reply.natsPassword]);
}
