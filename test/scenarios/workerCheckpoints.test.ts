/** A trial whose worker dies, drains or loses a checkpoint: it goes on elsewhere, and ends as if nothing had happened. */
import { randomInt } from 'node:crypto';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import type { Trial } from '@adt/proto/gen/adt/v1/search';
import { CHECKPOINT_BUCKET } from '@adt/proto/subjects';
import { jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from 'vitest';
import { atEnd, endAll } from '../harness/cleanup.js';
import { expectGapless, openScene, type Scene, type TrialSettings } from './workerTrials.js';

const WITHIN_MS = 180_000;
const POLL = { timeout: 60_000 };
/** Validations of a few dozen milliseconds, each saved. */
const TRIAL: TrialSettings = { epochs: 8, evalEvery: 20 };
const SAVING = { ADT_CHECKPOINT_SECONDS: '0', ADT_DRAIN_SECONDS: '60' };

// A scene goes with its test: an endless trial would slow the next one down.
afterEach(endAll, 60_000);

async function openBucket({ platform }: Scene): Promise<ObjectStore> {
  const connection = await connect({ servers: platform.nats?.url, token: platform.nats?.token });
  atEnd(() => connection.close());
  return await new Objm(jetstream(connection)).open(CHECKPOINT_BUCKET);
}

/** Resolves with the step of a committed checkpoint that is at least this far. */
async function committed({ db }: Scene, trialId: number, step: number): Promise<number> {
  const newest = async (): Promise<number> => {
    const { rows } = await db.pool.query('SELECT max(step) AS step FROM checkpoint WHERE trial_id = $1', [
      trialId,
    ]);
    return rows[0]?.step ?? 0;
  };
  await expect.poll(newest, { ...POLL, interval: 10 }).toBeGreaterThanOrEqual(step);
  return await newest();
}

/** Resolves when the trial waits again: from then on nothing of its last attempt is committed. */
async function queued({ trial }: Scene, trialId: number): Promise<void> {
  await expect.poll(async () => (await trial(trialId)).summary?.state, POLL).toBe(TrialState.QUEUED);
}

/** The same configuration again, undisturbed: everything that can be told of a training must be the same. */
async function expectTwin(scene: Scene, trial: Trial): Promise<void> {
  const [twinId = 0] = (await scene.submit(TRIAL)).trialIds;
  const twin = await scene.ended(twinId);
  expect(twin.summary?.epoch).toBe(1);
  expect(trial.report?.parametersSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(trial.report?.parametersSha256).toBe(twin.report?.parametersSha256);
  const { bestValue, bestStep, valid, test, lastStep, totalSteps } = twin.summary ?? {};
  expect(trial.summary).toMatchObject({ bestValue, bestStep, valid, test, lastStep, totalSteps });
  const trialId = trial.summary?.trialId ?? 0;
  const curves = await scene.curves(trialId);
  expect(curves.length).toBeGreaterThan(3);
  expect(curves).toEqual(await scene.curves(twinId));
  await expectGapless(scene.db, trialId);
}

const resumeSteps = (trial: Trial) => trial.attempts.map(({ resumeStep }) => resumeStep);

describe('a trial whose worker is killed at any moment', () => {
  it(
    'goes on from its checkpoint on another worker, and ends bit for bit as if undisturbed',
    async () => {
      const scene = await openScene({ workers: 1, workerEnv: SAVING });
      const [trialId = 0] = (await scene.submit(TRIAL)).trialIds;
      const at = randomInt(40, 600);
      const saved = await committed(scene, trialId, at);
      scene.platform.workers[0]?.kill();
      await scene.platform.startWorker();
      const trial = await scene.ended(trialId);
      expect(trial.summary, `killed at ${at}`).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 2 });
      expect(trial.attempts.map(({ outcome }) => outcome)).toEqual(['LOST', 'SUCCEEDED']);
      const [first = -1, second = -1] = resumeSteps(trial);
      expect(first).toBe(0);
      // So many iterations were trained once.
      expect(second).toBeGreaterThanOrEqual(saved);
      await expectTwin(scene, trial);
    },
    WITHIN_MS,
  );

  it(
    'falls back to an older checkpoint when the newest is damaged, and to the beginning when all are gone',
    async () => {
      const scene = await openScene({ workers: 1, workerEnv: SAVING });
      const bucket = await openBucket(scene);
      const [trialId = 0] = (await scene.submit(TRIAL)).trialIds;
      await committed(scene, trialId, 100);
      scene.platform.workers[0]?.kill();
      await scene.platform.workers[0]?.exited;
      await queued(scene, trialId);
      const { rows } = await scene.db.pool.query(
        "SELECT step, resume_step, object FROM (SELECT *, trial_id || '/' || epoch || '/' || step AS object FROM checkpoint) c WHERE trial_id = $1 ORDER BY step DESC",
        [trialId],
      );
      expect(rows).toHaveLength(2);
      await bucket.putBlob({ name: rows[0].object }, Buffer.from('not what was saved'));

      const unusable = scene.platform.log.next(/worker: .*checkpoint unusable.*INFRA/);
      const second = await scene.platform.startWorker(SAVING);
      await unusable;
      const steps = async () => resumeSteps(await scene.trial(trialId));
      await expect.poll(steps, POLL).toEqual([0, rows[1].resume_step]);
      await committed(scene, trialId, rows[1].step + 20);

      second.kill();
      await second.exited;
      await queued(scene, trialId);
      for (const { name } of await bucket.list()) await bucket.delete(name);
      await scene.platform.startWorker(SAVING);
      const trial = await scene.ended(trialId);
      expect(trial.summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 3 });
      expect(resumeSteps(trial)).toEqual([0, rows[1].resume_step, 0]);
      await expectTwin(scene, trial);
    },
    WITHIN_MS,
  );

  it(
    'leaves nothing in the object store when it has ended',
    async () => {
      const scene = await openScene({
        workers: 1,
        workerEnv: SAVING,
        coordinatorEnv: { ADT_RECONCILE_EVERY_MS: '300' },
      });
      const bucket = await openBucket(scene);
      const [trialId = 0] = (await scene.submit(TRIAL)).trialIds;
      await committed(scene, trialId, 40);
      expect((await scene.ended(trialId)).summary?.state).toBe(TrialState.SUCCEEDED);
      await expect.poll(async () => (await bucket.list()).length, POLL).toBe(0);
      expect((await scene.db.pool.query('SELECT FROM checkpoint')).rowCount).toBe(0);
      // Neither chunks nor tombstones.
      await expect.poll(async () => (await bucket.status()).streamInfo.state.messages, POLL).toBe(0);
    },
    WITHIN_MS,
  );
});

describe('a worker that is told to stop', () => {
  it(
    'saves, commits and hands back in the middle of an interval; the next one goes on from exactly there',
    async () => {
      // Nothing but the drain saves.
      const workerEnv = { ...SAVING, ADT_CHECKPOINT_SECONDS: '3600' };
      const scene = await openScene({ workers: 1, workerEnv });
      const [trialId = 0] = (await scene.submit(TRIAL)).trialIds;
      await scene.reached(trialId, 100);
      const [worker] = scene.platform.workers;
      process.kill(worker?.pid ?? 0, 'SIGTERM');
      expect(await worker?.exited).toEqual({ code: 0, signal: null });
      const released = await scene.trial(trialId);
      expect(released.summary?.state).toBe(TrialState.QUEUED);
      expect(released.attempts.map(({ outcome }) => outcome)).toEqual(['RELEASED']);
      const saved = await committed(scene, trialId, 100);
      expect(saved).toBeGreaterThanOrEqual(released.summary?.lastStep ?? Number.POSITIVE_INFINITY);

      await scene.platform.startWorker();
      const trial = await scene.ended(trialId);
      expect(trial.summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 2 });
      expect(resumeSteps(trial)).toEqual([0, released.summary?.lastStep]);
      const failures = await scene.db.pool.query('SELECT failures FROM trial WHERE id = $1', [trialId]);
      expect(failures.rows).toEqual([{ failures: 0 }]);
      await expectTwin(scene, trial);
    },
    WITHIN_MS,
  );

  it(
    'hands back without NATS, too: what was committed before is what counts',
    async () => {
      const scene = await openScene({ workers: 1, workerEnv: SAVING });
      const [trialId = 0] = (await scene.submit(TRIAL)).trialIds;
      const saved = await committed(scene, trialId, 60);
      const away = scene.platform.log.next(/worker: .*hints stopped/);
      await scene.platform.nats?.stop();
      await away;
      const [worker] = scene.platform.workers;
      process.kill(worker?.pid ?? 0, 'SIGTERM');
      expect(await worker?.exited).toEqual({ code: 0, signal: null });
      const trial = await scene.trial(trialId);
      expect(trial.summary?.state).toBe(TrialState.QUEUED);
      expect(trial.attempts.map(({ outcome }) => outcome)).toEqual(['RELEASED']);
      expect(await committed(scene, trialId, saved)).toBeGreaterThanOrEqual(saved);
    },
    WITHIN_MS,
  );
});
