/** What happens to a trial when its worker or its coordinator dies, drains or restarts in the middle. */
import { execFileSync } from 'node:child_process';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { afterEach, describe, expect, it } from 'vitest';
import { endAll } from '../harness/cleanup.js';
import {
  ENDLESS,
  expectGapless,
  membersOf,
  openScene,
  type Scene,
  SHORT,
  trainersOf,
} from './workerTrials.js';

const WITHIN_MS = 120_000;
const POLL = { timeout: 30_000 };

// A scene goes with its test: an endless trial would slow the next one down.
afterEach(endAll, 60_000);

/** The same configuration again, undisturbed: training is deterministic, so its curves are what is to be expected. */
async function expectCurvesOfUndisturbedTwin(scene: Scene, trialId: number): Promise<void> {
  const [twin = 0] = (await scene.submit(SHORT)).trialIds;
  expect((await scene.ended(twin)).summary?.epoch).toBe(1);
  const curves = await scene.curves(trialId);
  expect(curves.length).toBeGreaterThan(3);
  expect(curves).toEqual(await scene.curves(twin));
}

describe.skipIf(process.platform !== 'linux')('a worker that dies', () => {
  it(
    'loses its trial to a new epoch, which ends once and shows nothing of the old attempt',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [worker] = scene.platform.workers;
      const [trialId = 0] = (await scene.submit(SHORT)).trialIds;
      await scene.reached(trialId, 40);
      const trainers = trainersOf(worker?.pid ?? 0);
      expect(trainers).toHaveLength(1);

      worker?.kill();
      await worker?.exited;
      await expect.poll(() => trainers.flatMap(membersOf)).toEqual([]);

      await scene.platform.startWorker();
      const trial = await scene.ended(trialId);
      expect(trial.summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 2 });
      expect(trial.attempts.map(({ epoch, outcome }) => [epoch, outcome])).toEqual([
        [1, 'LOST'],
        [2, 'SUCCEEDED'],
      ]);
      // The lost attempt's points are kept, and read by nobody.
      expect(Number(trial.attempts[0]?.ackedSeq)).toBeGreaterThan(0);
      await expectGapless(scene.db, trialId);
      await expectCurvesOfUndisturbedTwin(scene, trialId);
    },
    WITHIN_MS,
  );
});

describe.skipIf(process.platform !== 'linux')('a worker that is told to stop', () => {
  it(
    'hands its trial back without a failure counted, leaves no trainer and exits with 0',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [worker] = scene.platform.workers;
      const [trialId = 0] = (await scene.submit(ENDLESS)).trialIds;
      await scene.reached(trialId, 20);
      const trainers = trainersOf(worker?.pid ?? 0);

      process.kill(worker?.pid ?? 0, 'SIGTERM');
      expect(await worker?.exited).toEqual({ code: 0, signal: null });
      expect(trainers.flatMap(membersOf)).toEqual([]);
      const released = await scene.trial(trialId);
      expect(released.summary).toMatchObject({ state: TrialState.QUEUED, epoch: 1 });
      expect(released.attempts.map(({ outcome }) => outcome)).toEqual(['RELEASED']);
      const failures = 'SELECT failures FROM trial WHERE id = $1';
      expect((await scene.db.pool.query(failures, [trialId])).rows).toEqual([{ failures: 0 }]);

      await scene.platform.startWorker();
      await scene.reached(trialId, 20);
      expect((await scene.trial(trialId)).summary?.epoch).toBe(2);
    },
    WITHIN_MS,
  );
});

describe.skipIf(process.platform !== 'linux')('a worker that sleeps past its lease', () => {
  it(
    'wakes up fenced: it kills its trainer, adds nothing to the trial and goes on working',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [sleeper] = scene.platform.workers;
      const [trialId = 0] = (await scene.submit(ENDLESS)).trialIds;
      await scene.reached(trialId, 20);
      const trainers = trainersOf(sleeper?.pid ?? 0);
      process.kill(sleeper?.pid ?? 0, 'SIGSTOP');
      const heir = await scene.platform.startWorker();
      await expect.poll(async () => (await scene.trial(trialId)).summary?.epoch, POLL).toBe(2);
      const stored = (await scene.trial(trialId)).attempts[0]?.ackedSeq;

      const dropped = scene.platform.log.next(/worker: .*belongs to another attempt/);
      process.kill(sleeper?.pid ?? 0, 'SIGCONT');
      await dropped;
      expect(trainers.flatMap(membersOf)).toEqual([]);
      const trial = await scene.trial(trialId);
      expect(trial.summary).toMatchObject({ state: TrialState.RUNNING, epoch: 2 });
      expect(trial.attempts[0]).toMatchObject({ outcome: 'LOST', ackedSeq: stored });

      // The other worker's only slot is taken, so this one is for who slept.
      const [next = 0] = (await scene.submit(SHORT)).trialIds;
      const ended = await scene.ended(next);
      expect(ended.summary?.state).toBe(TrialState.SUCCEEDED);
      expect(trainersOf(heir.pid)).toHaveLength(1);
    },
    WITHIN_MS,
  );
});

describe.skipIf(process.platform !== 'linux')('a worker whose disk is full', () => {
  it(
    'says so at once as the reason of a failure, whatever of its points was on the way',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [worker] = scene.platform.workers;
      const [trialId = 0] = (await scene.submit(ENDLESS)).trialIds;
      await scene.reached(trialId, 20);
      const blocker = await scene.db.pool.connect();
      try {
        // Points are on their way and not acked: they wait in Postgres while the disk fills up.
        await blocker.query('BEGIN; LOCK TABLE attempt IN EXCLUSIVE MODE');
        const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%metric_point%'`;
        await expect.poll(async () => (await scene.db.pool.query(waiting)).rowCount, POLL).toBe(1);
        const poisoned = expect.poll(() => trainersOf(worker?.pid ?? 0), POLL).toEqual([]);
        execFileSync('prlimit', ['--pid', String(worker?.pid), '--fsize=1']);
        await poisoned;
        await blocker.query('COMMIT');
      } finally {
        blocker.release();
      }
      await expect.poll(async () => (await scene.trial(trialId)).attempts[0]?.outcome, POLL).not.toBe('');
      const { attempts } = await scene.trial(trialId);
      expect(attempts[0]).toMatchObject({
        outcome: 'FAILED',
        reason: expect.stringMatching(/points refused: EFBIG/),
      });
      await expectGapless(scene.db, trialId);
    },
    WITHIN_MS,
  );
});

describe('a coordinator that dies and comes back', () => {
  it(
    'costs a running trial neither its attempt nor a point, and doubles none',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [trialId = 0] = (await scene.submit(SHORT)).trialIds;
      await scene.reached(trialId, 40);

      const missed = scene.platform.log.next(/worker: .*no answer to the heartbeat/);
      scene.platform.coordinator.kill();
      await missed;
      await scene.platform.restartCoordinator();

      const trial = await scene.ended(trialId);
      expect(trial.summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 1 });
      await expectGapless(scene.db, trialId);
      await expectCurvesOfUndisturbedTwin(scene, trialId);
    },
    WITHIN_MS,
  );
});
