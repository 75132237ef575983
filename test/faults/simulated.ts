/** A worker without trainings: the real protocol over a channel of its own, for load and for what no worker would send. */
import { type ClaimReply, type HeartbeatReply, TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import { AUTHORIZATION } from '@adt/proto/token';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

export type SimulatedWorker = {
  id: string;
  claimNext(): Promise<ClaimReply>;
  release(trialId: number, epoch: number): Promise<unknown>;
  heartbeat(): Promise<HeartbeatReply>;
  close(): void;
};

const DEADLINE_MS = 10_000;
const POOL = 'default';

/** Registered. @param params.id 8 to 64 of [a-z0-9-] */
export async function simulatedWorker(params: {
  grpc: string;
  token: string;
  id: string;
}): Promise<SimulatedWorker> {
  const { grpc, token, id } = params;
  const client = new TrialServiceClient(grpc, credentials.createInsecure(), {
    // A channel of its own, as another process would have.
    'grpc.use_local_subchannel_pool': 1,
  });
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const options = () => ({ deadline: Date.now() + DEADLINE_MS });
  const settle =
    <T>(resolve: (value: T) => void, reject: (error: Error) => void) =>
    (error: ServiceError | null, reply: T) =>
      error ? reject(error) : resolve(reply);
  const about = { host: 'simulated', pool: POOL, slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
  await new Promise((resolve, reject) =>
    client.register({ workerId: id, ...about }, metadata, options(), settle(resolve, reject)),
  );
  return {
    id,
    claimNext: () =>
      new Promise((resolve, reject) =>
        client.claimNext({ workerId: id, pool: POOL }, metadata, options(), settle(resolve, reject)),
      ),
    release: (trialId, epoch) =>
      new Promise((resolve, reject) =>
        client.release({ workerId: id, trialId, epoch }, metadata, options(), settle(resolve, reject)),
      ),
    heartbeat: () =>
      new Promise((resolve, reject) =>
        client.heartbeat(
          { workerId: id, leases: [], draining: false },
          metadata,
          options(),
          settle(resolve, reject),
        ),
      ),
    close: () => client.close(),
  };
}
