/** The gRPC listener: both services, who may call, how big and how alive. */
import { SearchServiceService } from '@adt/proto/gen/adt/v1/search';
import { TrialServiceService } from '@adt/proto/gen/adt/v1/trial';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { LIMITS } from '../tunables.js';
import { bearerAuth } from './auth.js';
import { callMetrics } from './callMetrics.js';
import type { Context } from './context.js';
import { searchService } from './searchService.js';
import { trialService } from './trialService.js';

export type RpcServer = { address: string; stop(graceMs: number): Promise<void> };

/** Resolves when the port is open. */
export async function startRpc(
  context: Context,
  params: { listen: string; token: string },
): Promise<RpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': LIMITS.messageBytes,
    // Off by default: a stopped peer on a half-open connection would never be noticed.
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc-node.max_session_memory': 64,
    interceptors: [callMetrics(context.metrics), bearerAuth(params.token, context.log)],
  });
  server.addService(TrialServiceService, trialService(context));
  server.addService(SearchServiceService, searchService(context));
  const host = params.listen.slice(0, params.listen.lastIndexOf(':'));
  const port = await bind(server, params.listen);
  let stopped: Promise<void> | null = null;
  return {
    address: `${host}:${port}`,
    stop(graceMs) {
      stopped ??= shutDown(server, graceMs);
      return stopped;
    },
  };
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
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
