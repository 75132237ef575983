/** The short set of the fault matrix that every run of the tests has; `npm run faults` has all of it, with any seed. */
import { randomInt } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import type { Databases } from './databases.js';
import type { Fault } from './fault.js';
import { checkpointResumed } from './matrix/checkpoint.js';
import { killedBeforeAck, killedBeforeCommit } from './matrix/coordinatorKilled.js';
import { natsWiped } from './matrix/natsDown.js';
import { connectionsTerminated } from './matrix/postgresDown.js';
import { workerKilled } from './matrix/workerKilled.js';
import { runFault } from './runFault.js';

const SHORT_SET: readonly Fault[] = [
  workerKilled,
  checkpointResumed,
  killedBeforeCommit,
  killedBeforeAck,
  natsWiped,
  connectionsTerminated,
];

const WITHIN_MS = 180_000;

/** Of the run's one Postgres server. */
const databases: Databases = {
  create: async () => ask(await fetch(inject('brokerUrl'), { method: 'POST' })),
  drop: async (name) =>
    void (await ask(await fetch(new URL(`/${name}`, inject('brokerUrl')), { method: 'DELETE' }))),
};

async function ask(reply: Response): Promise<string> {
  const text = await reply.text();
  if (!reply.ok) throw new Error(text);
  return text;
}

describe.skipIf(process.platform !== 'linux')('every invariant holds after', () => {
  it.each(SHORT_SET.map((fault) => [fault.about, fault] as const))(
    '%s',
    async (_about, fault) => {
      const seed = Number(process.env.ADT_FAULT_SEED ?? randomInt(1, 1_000_000));
      const verdict = await runFault(fault, seed, databases);
      // The verdict carries the findings and where the logs are.
      expect({ seed, ...verdict }).toMatchObject({ seed, kind: 'held' });
    },
    WITHIN_MS,
  );
});
