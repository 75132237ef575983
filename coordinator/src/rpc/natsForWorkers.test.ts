import { coordinatorLogin, tokenLogin, workerLogin } from '@adt/proto/natsLogin';
import { describe, expect, it } from 'vitest';
import { natsForWorkers } from './natsForWorkers.js';

const OURS = coordinatorLogin('coordinator', 'p'.repeat(43));
const SECRET = 's'.repeat(43);

describe('what a worker is told of NATS', () => {
  it('is a user of its own, and another one for another worker', () => {
    const natsFor = natsForWorkers(['tls://nats:4222'], { nats: OURS, natsWorkerSecret: SECRET });
    expect(natsFor('w1-0123abcd')).toEqual({ servers: ['tls://nats:4222'], ...workerLogin(SECRET, 'w1') });
    expect(natsFor('w2-0123abcd').password).not.toBe(natsFor('w1-0123abcd').password);
  });

  it('is never the coordinator’s own user: without a secret for workers, they poll', () => {
    const natsFor = natsForWorkers(['nats://nats:4222'], { nats: OURS, natsWorkerSecret: '' });
    expect(natsFor('w1-0123abcd')).toEqual({ servers: [], ...tokenLogin('') });
    const unnamed = natsForWorkers(['nats://nats:4222'], { nats: OURS, natsWorkerSecret: SECRET });
    expect(unnamed('Nobody')).toEqual({ servers: [], ...tokenLogin('') });
  });

  it('is the one token of a single machine, and no credentials of a URL', () => {
    const natsFor = natsForWorkers(['nats://me:mine@nats:4222'], {
      nats: tokenLogin('t'),
      natsWorkerSecret: '',
    });
    expect(natsFor('w1-0123abcd')).toEqual({ servers: ['nats://nats:4222'], ...tokenLogin('t') });
  });
});
