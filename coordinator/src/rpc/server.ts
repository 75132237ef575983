/** The gRPC listener: the services, who may call, how big and how alive. */
import { AccessServiceService } from '@adt/proto/gen/adt/v1/access';
import { SearchServiceService } from '@adt/proto/gen/adt/v1/search';
import { TrialServiceService } from '@adt/proto/gen/adt/v1/trial';
import { serverCredentials } from '@adt/proto/grpcCredentials';
import type { Tls } from '@adt/proto/tls';
import { isTraced, serverTracing } from '@adt/proto/tracing';
import { Server, type ServerCredentials } from '@grpc/grpc-js';
import { poolOfTrial } from '../store/trialPool.js';
import { LIMITS } from '../tunables.js';
import { accessService } from './accessService.js';
import { callerAuth } from './auth.js';
import { callMetrics } from './callMetrics.js';
import type { Context } from './context.js';
import { searchService } from './searchService.js';
import { trialService } from './trialService.js';
import { WorkerTokens } from './workerTokens.js';

export type RpcServer = { address: string; stop(graceMs: number): Promise<void> };

/** Resolves when the port is open. */
export async function startRpc(
  context: Context,
  params: { listen: string; token: string; tls: Tls | null },
): Promise<RpcServer> {
  const workers = new WorkerTokens(context.db, context.tunables.workerTokenFreshMs);
  const server = new Server({
    'grpc.max_receive_message_length': LIMITS.messageBytes,
    // Off by default: a stopped peer on a half-open connection would never be noticed.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc-node.max_session_memory': 64,
    interceptors: [
      ...(isTraced(process.env) ? [serverTracing] : []),
      callMetrics(context.metrics),
      callerAuth({
        token: params.token,
        workers,
        poolOf: (trialId) => poolOfTrial(context.db, trialId),
        log: context.log,
      }),
    ],
  });
  server.addService(TrialServiceService, trialService(context));
  server.addService(SearchServiceService, searchService(context));
  server.addService(AccessServiceService, accessService(context, workers));
  const host = params.listen.slice(0, params.listen.lastIndexOf(':'));
  const port = await bind(server, params.listen, serverCredentials(params.tls));
  let stopped: Promise<void> | null = null;
  return {
    address: `${host}:${port}`,
    stop(graceMs) {
      stopped ??= shutDown(server, graceMs);
      return stopped;
    },
  };
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new Error(`can't listen on ${address}`, { cause: error }));
      else resolve(port);
    });
  });
}

/** Calls in flight may end; streams that are still open after the grace are cut, and their workers reconnect. */
function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
