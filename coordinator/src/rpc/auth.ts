/**
 * Who calls, and what he may: the platform's token everything (of a worker's calls only from this machine), a worker's
 * token the calls of that worker. Checked before any handler, streams included, so none can forget it.
 */
import { AUTHORIZATION, sameSecret } from '@adt/proto/token';
import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import type { Log } from '../log.js';
import { Refusal, statusOf } from './refusal.js';
import { refuseForeign, refuseForeignTrial } from './workerBinding.js';
import type { NamedWorker, WorkerTokens } from './workerTokens.js';

type Caller = { role: 'platform' } | { role: 'worker'; worker: NamedWorker };

export type AuthParams = {
  /** Platform token. */
  token: string;
  workers: WorkerTokens;
  /** The pool of a trial; null for one that there is not. */
  poolOf(trialId: number): Promise<string | null>;
  log: Log;
};

const WORKER_CALLS = '/adt.v1.TrialService/';
const CLAIM = `${WORKER_CALLS}Claim`;
const PLATFORM: Caller = { role: 'platform' };

export function callerAuth({ token, workers, poolOf, log }: AuthParams): ServerInterceptor {
  const identify = async (bearer: string): Promise<Caller> => {
    if (sameSecret(bearer, `Bearer ${token}`)) return PLATFORM;
    const worker = await workers.check(bearer.replace(/^Bearer /, ''));
    if (worker === null) throw unauthenticated();
    return { role: 'worker', worker };
  };
  return (method, call) => {
    let bearer = '';
    let isPlatform = false;
    const refuse = (error: unknown) => call.sendStatus(statusOf(error, log));
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        bearer = bearerOf(metadata);
        identify(bearer)
          .then((caller) => {
            refuseRole(caller, method.path, call.getPeer());
            isPlatform = caller.role === 'platform';
            next(metadata);
          })
          .catch(refuse);
      })
      .withOnReceiveMessage((message, next) => {
        if (isPlatform) return next(message);
        // Anew for each message: a stream lives for hours, and its token may be revoked meanwhile.
        identify(bearer)
          .then(async (caller) => {
            if (caller.role === 'worker') {
              refuseForeign(message, caller.worker);
              if (method.path === CLAIM) await refuseForeignTrial(message, caller.worker, poolOf);
            }
            next(message);
          })
          .catch(refuse);
      });
    const responder = new ResponderBuilder().withStart((next) => next(listener.build()));
    return new ServerInterceptingCall(call, responder.build());
  };
}

function bearerOf(metadata: Metadata): string {
  const [given] = metadata.get(AUTHORIZATION);
  return typeof given === 'string' ? given : '';
}

/** @throws Refusal */
function refuseRole(caller: Caller, path: string, peer: string): void {
  const isWorkerCall = path.startsWith(WORKER_CALLS);
  if (caller.role === 'worker' && !isWorkerCall)
    throw denied('a worker’s token is good for TrialService only');
  // A worker elsewhere that held this token could read and cancel everything.
  if (caller.role === 'platform' && isWorkerCall && !isLoopbackPeer(peer))
    throw denied('a worker on another machine needs a token of its own: adt worker token create NAME');
}

/** `127.0.0.1:40312`, `[::1]:40312` or, where the listener takes both families, `[::ffff:127.0.0.1]:40312`. */
function isLoopbackPeer(peer: string): boolean {
  const host = peer.slice(0, peer.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return host === '::1' || /^(::ffff:)?127\./.test(host);
}

function denied(message: string): Refusal {
  return new Refusal({ status: status.PERMISSION_DENIED, reason: 'ROLE_NOT_ALLOWED', message });
}

function unauthenticated(): Refusal {
  const message = 'a valid bearer token is required in the metadata "authorization"';
  return new Refusal({ status: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED', message });
}
