/** Postgres that takes no points for a while, under a real worker: it trains on, spools on disk, and loses nothing. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { expect, it } from 'vitest';
import { expectGapless, openScene, type Scene, type TrialSettings } from './workerTrials.js';

/** Some seconds of training, with more points than a batch holds. */
const LONG: TrialSettings = { epochs: 30, evalEvery: 10 };
const POLL = { timeout: 60_000 };
/** Far more than what may be on its way when the table is locked. */
const GROWTH_BYTES = 16 * 1024;

function spools({ platform }: Scene): string[] {
  const folder = join(platform.dataDir, 'worker', 'spool');
  return readdirSync(folder).map((name) => join(folder, name));
}

function spooled(scene: Scene): number {
  return spools(scene).reduce((bytes, path) => bytes + statSync(path).size, 0);
}

async function attemptOf({ db }: Scene, trialId: number): Promise<{ acked: number; lease: Date | null }> {
  const { rows } = await db.pool.query(
    `SELECT a.acked_seq::int AS acked, t.lease_expires_at AS lease FROM attempt a JOIN trial t ON t.id = a.trial_id
     WHERE a.trial_id = $1`,
    [trialId],
  );
  expect(rows).toHaveLength(1);
  return rows[0];
}

it('trains on while points are not taken, keeps its lease, and brings every point over once afterwards', {
  timeout: 180_000,
}, async () => {
  const scene = await openScene({ workers: 1 });
  const [trialId = 0] = (await scene.submit(LONG)).trialIds;
  await scene.reached(trialId, 10);
  const blocker = await scene.db.pool.connect();
  try {
    await blocker.query('BEGIN; LOCK TABLE metric_point IN EXCLUSIVE MODE');
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%metric_point%'`;
    await expect.poll(async () => (await scene.db.pool.query(waiting)).rowCount, POLL).toBe(1);
    const before = await attemptOf(scene, trialId);
    const bytes = spooled(scene);
    expect(bytes).toBeGreaterThan(0);

    await expect.poll(() => spooled(scene), POLL).toBeGreaterThan(bytes + GROWTH_BYTES);
    // Heartbeats go past the points: the lease of then would have run out by the one of now.
    const ttlLater = (before.lease?.getTime() ?? 0) + 3_000;
    const lease = async () => (await attemptOf(scene, trialId)).lease?.getTime() ?? 0;
    await expect.poll(lease, POLL).toBeGreaterThan(ttlLater);
    expect((await attemptOf(scene, trialId)).acked).toBe(before.acked);
    expect((await scene.trial(trialId)).summary).toMatchObject({ state: TrialState.RUNNING, epoch: 1 });
  } finally {
    await blocker.query('COMMIT');
    blocker.release();
  }

  const trial = await scene.ended(trialId);
  expect(trial.summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 1 });
  await expectGapless(scene.db, trialId);
  const [twin = 0] = (await scene.submit(LONG)).trialIds;
  expect((await scene.ended(twin)).summary?.epoch).toBe(1);
  expect(await scene.curves(trialId)).toEqual(await scene.curves(twin));
  await expect.poll(() => spools(scene), POLL).toEqual([]);
});
