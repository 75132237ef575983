/** A trial that ran out of memory: it goes to a slot that has more, or fails and says that there is none. */
import { FailureClass, TrialState } from '@adt/proto/gen/adt/v1/common';
import { Outcome } from '@adt/proto/gen/adt/v1/trial';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, trialRow } from './trials.js';

const GIB = 2 ** 30;
const SMALL = 'worker-small';
const BIG = 'worker-big';

let c: TestCoordinator;
let trialId: number;

async function register(workerId: string, gib: number | null, pool = 'default'): Promise<void> {
  const slotMemoryBytes = gib === null ? 0 : gib * GIB;
  const engines = [{ name: 'native', version: '1', device: 'cpu', slotMemoryBytes }];
  const about = { host: 'here', pool, slots: 1, threadsPerSlot: 1, engines, pid: 1 };
  await ask(c, c.trials, 'register', { workerId, ...about });
}

async function claim(workerId: string): Promise<number | undefined> {
  return (await ask(c, c.trials, 'claim', { workerId, trialId })).trial?.epoch;
}

async function claimNext(workerId: string): Promise<number | undefined> {
  return (await ask(c, c.trials, 'claimNext', { workerId, pool: 'default' })).trial?.trialId;
}

function runOut(workerId: string, epoch: number): Promise<{ state: TrialState }> {
  const failure = { failureClass: FailureClass.OOM, reason: 'heap', exitCode: undefined, stderrTail: '' };
  const end = { lastSeq: 0, outcome: Outcome.FAILED, result: undefined, failure };
  return ask(c, c.trials, 'complete', { workerId, trialId, epoch, ...end });
}

beforeEach(async () => {
  c = await testCoordinator();
  trialId = (await addSweep(c.db)).trialIds[0] as number;
});

describe('a trial that ran out of memory', () => {
  it('waits for a worker with more memory a slot, and is that worker’s whichever way it asks', async () => {
    await register(SMALL, 1);
    await register(BIG, 2);
    expect(await claim(SMALL)).toBe(1);
    expect(await runOut(SMALL, 1)).toEqual({ state: TrialState.QUEUED });
    const refusal = { status: 'FAILED_PRECONDITION', reason: 'SLOT_TOO_SMALL' };
    expect(await refusalOf(claim(SMALL))).toMatchObject(refusal);
    expect(await claimNext(SMALL)).toBe(undefined);
    // One that does not say what it has is not trusted with it either.
    await register('worker-silent', null);
    expect(await refusalOf(claim('worker-silent'))).toMatchObject(refusal);
    expect(await claimNext(BIG)).toBe(trialId);
    expect((await trialRow(c.db, trialId)).epoch).toBe(2);
  });

  it('is claimed by its hint too, and fails when the bigger slot is too small as well', async () => {
    await register(SMALL, 1);
    await register(BIG, 2);
    await register('worker-huge', 4);
    await claim(SMALL);
    await runOut(SMALL, 1);
    expect(await claim(BIG)).toBe(2);
    expect(await runOut(BIG, 2)).toEqual({ state: TrialState.FAILED });
    expect((await trialRow(c.db, trialId)).failureReason).toBe('heap');
  });

  it('fails at once, with the reason, where no worker of its pool has more', async () => {
    await register(SMALL, 1);
    await register('worker-same', 1);
    await register(BIG, 2, 'other');
    await claim(SMALL);
    expect(await runOut(SMALL, 1)).toEqual({ state: TrialState.FAILED });
    expect((await trialRow(c.db, trialId)).failureReason).toBe(
      'heap; no worker of its pool has more memory a slot than the 1.0 GiB that it had',
    );
    expect(await runOut(SMALL, 1)).toEqual({ state: TrialState.FAILED });
  });

  it('is anybody’s again when the worker with more is gone', async () => {
    await register(SMALL, 1);
    await register(BIG, 2);
    await claim(SMALL);
    await runOut(SMALL, 1);
    await c.db.pool.query(
      `UPDATE worker SET last_seen_at = clock_timestamp() - interval '2 minutes' WHERE id = $1`,
      [BIG],
    );
    expect(await claim(SMALL)).toBe(2);
    expect(await runOut(SMALL, 2)).toEqual({ state: TrialState.FAILED });
  });

  it('is tried again anywhere, once, when its worker does not say what it has', async () => {
    await register(SMALL, null);
    await claim(SMALL);
    expect(await runOut(SMALL, 1)).toEqual({ state: TrialState.QUEUED });
    expect(await claim(SMALL)).toBe(2);
    expect(await runOut(SMALL, 2)).toEqual({ state: TrialState.FAILED });
  });
});
