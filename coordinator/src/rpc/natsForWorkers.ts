/** What Register tells a worker of NATS: credentials of its own, or the one token of a single machine. Never ours. */
import { type NatsLogin, tokenLogin, workerLogin } from '@adt/proto/natsLogin';
import { workerNameOf } from '@adt/proto/workerToken';

export type NatsForWorker = NatsLogin & { servers: string[] };

/** No servers: the worker polls. */
export function natsForWorkers(
  ours: readonly string[],
  { nats, natsWorkerSecret }: { nats: NatsLogin; natsWorkerSecret: string },
): (workerId: string) => NatsForWorker {
  // A URL may carry the credentials that we come by.
  const servers = ours.map((server) => server.replace(/\/\/[^@/]*@/, '//'));
  const none = { servers: [], ...tokenLogin('') };
  return (workerId) => {
    if (natsWorkerSecret !== '') {
      const name = workerNameOf(workerId);
      return name === null ? none : { servers, ...workerLogin(natsWorkerSecret, name) };
    }
    return nats.user === '' ? { servers, ...tokenLogin(nats.token) } : none;
  };
}
