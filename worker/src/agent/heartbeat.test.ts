/** What a worker makes of heartbeats that are answered, refused or lost, over real gRPC. */

import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import {
  Decision,
  type HeartbeatReply,
  type HeartbeatRequest,
  type TrialServiceServer,
  TrialServiceService,
} from '@adt/proto/gen/adt/v1/trial';
import { ERROR_INFO } from '@adt/proto/token';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../log.js';
import { Connection } from './connection.js';
import { Heartbeat, type HeartbeatParams } from './heartbeat.js';

type Answer = Decision | { code: status; details: string; metadata?: Metadata };

let server: Server;
let connection: Connection;
let heartbeat: Heartbeat;
let requests: HeartbeatRequest[];
let answer: Answer;
let returns: number;

beforeEach(() => {
  requests = [];
  answer = Decision.CONTINUE;
  returns = 0;
});

afterEach(async () => {
  await heartbeat.stop();
  connection.close();
  server.forceShutdown();
});

async function start(params: Partial<HeartbeatParams> = {}): Promise<void> {
  server = new Server();
  const serve = (
    { request }: ServerUnaryCall<HeartbeatRequest, HeartbeatReply>,
    reply: sendUnaryData<HeartbeatReply>,
  ) => {
    requests.push(request);
    if (typeof answer === 'object') return reply(answer);
    const decision = answer;
    reply(null, { decisions: request.leases.map((lease) => ({ ...lease, decision })) });
  };
  server.addService(TrialServiceService, { heartbeat: serve } as unknown as TrialServiceServer);
  const port = await new Promise<number>((resolve) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, bound) => resolve(bound));
  });
  connection = new Connection(`127.0.0.1:${port}`, 'a'.repeat(32));
  heartbeat = new Heartbeat({
    connection,
    workerId: 'worker-1',
    intervalMs: 10,
    leaseTtlMs: 60_000,
    log: createLog({}, () => true),
    onReturn: async () => {
      returns += 1;
    },
    ...params,
  });
}

/** Holds a lease and collects what it is told. */
function hold(trialId: number): Decision[] {
  const heard: Decision[] = [];
  heartbeat.hold({ trialId, epoch: 2, onDecision: (decision) => heard.push(decision) });
  return heard;
}

describe('Heartbeat', () => {
  it('renews all leases in one call and gives each its decision', async () => {
    await start();
    const first = hold(1);
    const second = hold(2);
    answer = Decision.CANCEL;
    heartbeat.start();
    await expect.poll(() => second).toContain(Decision.CANCEL);
    expect(first).toContain(Decision.CANCEL);
    expect(requests[0]?.leases).toEqual([
      { trialId: 1, epoch: 2 },
      { trialId: 2, epoch: 2 },
    ]);
  });

  it('beats without any lease too, so that the worker counts as alive', async () => {
    await start();
    heartbeat.start();
    await expect.poll(() => requests.length).toBeGreaterThan(2);
    expect(requests[0]).toEqual({ workerId: 'worker-1', leases: [], draining: false });
  });

  it('names no lease that was let go', async () => {
    await start();
    const letGo = heartbeat.hold({ trialId: 1, epoch: 1, onDecision: () => {} });
    letGo();
    heartbeat.start();
    await expect.poll(() => requests.length).toBeGreaterThan(0);
    expect(requests[0]?.leases).toEqual([]);
  });

  it('registers anew when the coordinator is back, and once only', async () => {
    await start();
    answer = { code: status.UNAVAILABLE, details: 'restarting' };
    heartbeat.start();
    await expect.poll(() => requests.length).toBeGreaterThan(2);
    expect(returns).toBe(0);
    answer = Decision.CONTINUE;
    await expect.poll(() => returns).toBe(1);
    const seen = requests.length;
    await expect.poll(() => requests.length).toBeGreaterThan(seen + 2);
    expect(returns).toBe(1);
  });

  it('registers anew when the coordinator does not know the worker', async () => {
    await start();
    const metadata = new Metadata();
    const info = ErrorInfo.create({ reason: 'UNKNOWN_WORKER' });
    metadata.set(ERROR_INFO, Buffer.from(ErrorInfo.encode(info).finish()));
    answer = { code: status.FAILED_PRECONDITION, details: 'who?', metadata };
    heartbeat.start();
    await expect.poll(() => returns).toBeGreaterThan(0);
  });

  it('gives every trial up after the offline bound, and not before', async () => {
    await start({ offlineStopMs: 300 });
    const heard = hold(1);
    answer = { code: status.UNAVAILABLE, details: 'gone' };
    const startedMs = performance.now();
    heartbeat.start();
    await expect.poll(() => heard).toContain(Decision.FENCED);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);
  });

  it('asks before it trusts a lease that went a TTL without renewal', async () => {
    await start({ leaseTtlMs: 0 });
    const heard = hold(1);
    answer = Decision.FENCED;
    await heartbeat.confirm();
    expect(heard).toEqual([Decision.FENCED]);
  });

  it('asks nobody while all leases are fresh', async () => {
    await start();
    hold(1);
    await heartbeat.confirm();
    expect(requests).toEqual([]);
  });

  it('says that it drains also when a beat is under way', async () => {
    await start({ intervalMs: 60_000 });
    heartbeat.start();
    await heartbeat.drain();
    expect(requests.map(({ draining }) => draining)).toEqual([false, true]);
  });

  it('says that it drains, at once and from then on', async () => {
    await start();
    await heartbeat.drain();
    expect(requests.at(-1)?.draining).toBe(true);
    heartbeat.start();
    await expect.poll(() => requests.length).toBeGreaterThan(2);
    expect(requests.every(({ draining }) => draining)).toBe(true);
  });
});
