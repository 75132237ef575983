/** Lets only calls with the platform's bearer token through, streams included. */
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

export function bearerAuth(token: string, log: Log): ServerInterceptor {
  const refused = () => {
    const message = 'a valid bearer token is required in the metadata "authorization"';
    return statusOf(new Refusal({ status: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED', message }), log);
  };
  return (_method, call) => {
    const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, next) => {
      if (carries(metadata, token)) next(metadata);
      else call.sendStatus(refused());
    });
    const responder = new ResponderBuilder().withStart((next) => next(listener.build()));
    return new ServerInterceptingCall(call, responder.build());
  };
}

function carries(metadata: Metadata, token: string): boolean {
  const [given] = metadata.get(AUTHORIZATION);
  return typeof given === 'string' && sameSecret(given, `Bearer ${token}`);
}
