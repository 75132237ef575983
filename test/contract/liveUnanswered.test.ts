/** A commit whose answer is lost on the way: nobody tells of it, and browsers find out all the same. */
import { openDatabase } from '@adt/prisma/client';
import { FailureClass, TrialState } from '@adt/proto/gen/adt/v1/common';
import { Outcome } from '@adt/proto/gen/adt/v1/trial';
import { expect, it } from 'vitest';
import { startProxy } from '../faults/proxy.js';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';
import { ask, LiveClient, refusalOf, testCoordinator } from './coordinator.js';
import { addSweep, addWorker, claimed, trialRow } from './trials.js';

const WORKER = 'worker-0001';
const POLL = { timeout: 20_000 };
const TUNABLES = { liveLookMs: 100 };

it('makes the browsers of both coordinators fetch anew when the end of a trial was committed without an answer', async () => {
  const url = await createDatabase();
  const db = openDatabase({ url, connectionLimit: 4 });
  atEnd(() => db.close());
  const proxy = await startProxy(Number(new URL(url).port));
  atEnd(() => proxy.close());
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  const a = await testCoordinator({ databaseUrl: proxied.href, tunables: TUNABLES });
  const b = await testCoordinator({ databaseUrl: url, token: a.token, tunables: TUNABLES });
  await addWorker(db, WORKER);
  const { sweepId, trialIds } = await addSweep(db);
  const lease = await claimed(db, { workerId: WORKER, trialId: trialIds[0] as number });
  const end = {
    ...lease,
    lastSeq: 0,
    outcome: Outcome.FAILED,
    result: undefined,
    failure: { failureClass: FailureClass.USER, reason: 'NON_FINITE', exitCode: undefined, stderrTail: '' },
  };

  const browsers = [await LiveClient.connect(a), await LiveClient.connect(b)] as const;
  const versions = await Promise.all(
    browsers.map((browser) => browser.subscribe({ kind: 'sweep', sweepId })),
  );

  const blocker = await db.pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM attempt WHERE trial_id = $1 FOR UPDATE', [lease.trialId]);
    const answer = refusalOf(ask(a, a.trials, 'complete', end));
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await expect.poll(async () => (await db.pool.query(waiting)).rowCount, POLL).toBe(1);
    proxy.accept(false);
    proxy.cut();
    expect((await answer).status).toBe('UNAVAILABLE');
  } finally {
    await blocker.query('COMMIT');
    blocker.release();
  }
  await expect.poll(async () => (await trialRow(db, lease.trialId)).state, POLL).toBe('FAILED');
  proxy.accept(true);
  for (const [at, browser] of browsers.entries()) {
    const after = (versions[at] ?? 0) + 1;
    await browser.seen(({ version }) => version > after);
  }
  // The worker asks again and hears that it is done.
  expect(await ask(a, a.trials, 'complete', end)).toEqual({ state: TrialState.FAILED });
});
