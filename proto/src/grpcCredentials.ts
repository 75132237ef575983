/** gRPC's credentials of a process's TLS: both sides show a certificate of one CA. */
import { type ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js';
import type { Tls } from './tls.js';

/** What a gRPC client shows and expects: its certificate, and a server that our CA signed. Null: plain text. */
export function channelCredentials(tls: Tls | null): ChannelCredentials {
  return tls === null ? credentials.createInsecure() : credentials.createSsl(tls.ca, tls.key, tls.cert);
}

/** What a gRPC server shows and demands: a client without a certificate of our CA gets no further than the handshake. */
export function serverCredentials(tls: Tls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(tls.ca, [{ cert_chain: tls.cert, private_key: tls.key }], true);
}
