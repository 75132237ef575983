/** How a process shows itself to NATS: by the one token of a single machine, or as a user with rights of its own. */
import { createHmac } from 'node:crypto';
import type { Tls } from './tls.js';

export type NatsLogin = {
  /** Empty: none. */
  token: string;
  /** Empty: by token. */
  user: string;
  password: string;
  /** Of the subjects on which replies come; its user may hear no others. Empty: NATS' own. */
  inboxPrefix: string;
};

export function tokenLogin(token: string): NatsLogin {
  return { token, user: '', password: '', inboxPrefix: '' };
}

export function coordinatorLogin(user: string, password: string): NatsLogin {
  return { token: '', user, password, inboxPrefix: '_INBOX_coordinator' };
}

/** A named worker's, derived, so that a coordinator knows it of every worker and no worker that of another. */
export function workerLogin(secret: string, name: string): NatsLogin {
  const password = createHmac('sha256', secret).update(`nats-worker ${name}`).digest('base64url');
  return { token: '', user: `worker-${name}`, password, inboxPrefix: `_INBOX_worker_${name}` };
}

/** Options of the client's `connect`; TLS where a server's URL asks for it. */
export function natsConnectOptions(
  login: NatsLogin,
  servers: readonly string[],
  tls: Tls | null,
): { token?: string; user?: string; pass?: string; inboxPrefix?: string; tls?: Tls['files'] } {
  return {
    ...(login.token === '' ? {} : { token: login.token }),
    ...(login.user === '' ? {} : { user: login.user, pass: login.password }),
    ...(login.inboxPrefix === '' ? {} : { inboxPrefix: login.inboxPrefix }),
    ...(tls !== null && servers.some((server) => server.startsWith('tls://')) ? { tls: tls.files } : {}),
  };
}
