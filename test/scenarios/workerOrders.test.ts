/** What a worker takes on and what it gives up: slots, cancels, hints and the lack of them, bad settings. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServer } from '@adt/deploy/local/nats';
import type { StartFailure } from '@adt/deploy/local/runningProcess';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { afterEach, describe, expect, it } from 'vitest';
import { endAll } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { temporaryFolder } from '../harness/temporary.js';
import { ENDLESS, membersOf, openScene, trainersOf } from './workerTrials.js';

const WITHIN_MS = 120_000;

// A scene goes with its test: an endless trial would slow the next one down.
afterEach(endAll, 60_000);
const QUICK = { epochs: 1, evalEvery: 1000 };

describe.skipIf(process.platform !== 'linux')('cancelling a sweep', () => {
  it(
    "stops the trainer's process group and leaves the worker free for the next trial",
    async () => {
      const scene = await openScene({ workers: 1 });
      const { sweepId, trialIds } = await scene.submit(ENDLESS);
      const [trialId = 0] = trialIds;
      await scene.reached(trialId, 20);
      const [trainer = 0] = trainersOf(scene.platform.workers[0]?.pid ?? 0);
      expect(membersOf(trainer)).toContain(trainer);

      await scene.cancel(sweepId);
      const trial = await scene.ended(trialId);
      expect(trial.summary?.state).toBe(TrialState.CANCELLED);
      expect(trial.attempts.map(({ outcome }) => outcome)).toEqual(['CANCELLED']);
      expect(membersOf(trainer)).toEqual([]);

      const [next = 0] = (await scene.submit(QUICK)).trialIds;
      expect((await scene.ended(next)).summary?.state).toBe(TrialState.SUCCEEDED);
    },
    WITHIN_MS,
  );
});

describe('a worker', () => {
  it(
    'never holds more trials than slots, and uses all of them',
    async () => {
      const scene = await openScene({ workers: 1, slots: 2 });
      const { trialIds } = await scene.submit({ epochs: 2, evalEvery: 100, seeds: [1, 2, 3, 4, 5, 6] });
      for (const trialId of trialIds) {
        expect((await scene.ended(trialId)).summary?.state).toBe(TrialState.SUCCEEDED);
      }
      // At the start of each attempt: how many were open then, itself included.
      const { rows } = await scene.db.pool.query(
        `SELECT (SELECT count(*)::int FROM attempt b WHERE b.started_at <= a.started_at AND b.ended_at > a.started_at)
           AS open FROM attempt a`,
      );
      expect(rows).toHaveLength(6);
      expect(Math.max(...rows.map(({ open }) => open))).toBe(2);
    },
    WITHIN_MS,
  );

  it(
    'claims by ClaimNext while NATS is away, and takes hints again when it is back with nothing in it',
    async () => {
      const scene = await openScene({ workers: 1 });
      const { nats, log } = scene.platform;
      const [first = 0] = (await scene.submit(QUICK)).trialIds;
      await scene.ended(first);

      const polling = log.next(/worker: .*hints stopped/);
      await nats?.stop();
      await polling;
      const [second = 0] = (await scene.submit({ ...QUICK, seeds: [2] })).trialIds;
      expect((await scene.ended(second)).summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 1 });

      const hinted = log.next(/worker: .*hints come by NATS/);
      await startEmptyNatsInPlaceOf(nats ?? expect.unreachable());
      await hinted;
      const [third = 0] = (await scene.submit({ ...QUICK, seeds: [3] })).trialIds;
      expect((await scene.ended(third)).summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 1 });
    },
    WITHIN_MS,
  );

  it(
    'registers again when the coordinator does not know it any more, and takes the next trial',
    async () => {
      const scene = await openScene({ workers: 1 });
      await scene.db.pool.query('DELETE FROM worker');
      const [trialId = 0] = (await scene.submit(QUICK)).trialIds;
      expect((await scene.ended(trialId)).summary).toMatchObject({ state: TrialState.SUCCEEDED, epoch: 1 });
    },
    WITHIN_MS,
  );

  it(
    'fetches a bundle anew that is damaged on its disk; the trial is retried and succeeds',
    async () => {
      const scene = await openScene({ workers: 1 });
      const [first = 0] = (await scene.submit(QUICK)).trialIds;
      const sha256 = (await scene.ended(first)).summary?.config?.datasetSha256;
      const cached = join(scene.platform.dataDir, 'worker', 'bundles', `${sha256}.adtb`);
      const bytes = readFileSync(cached);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      writeFileSync(cached, bytes);

      const [second = 0] = (await scene.submit({ ...QUICK, seeds: [2] })).trialIds;
      const trial = await scene.ended(second);
      expect(trial.summary?.state).toBe(TrialState.SUCCEEDED);
      expect(trial.attempts.map(({ outcome }) => outcome)).toEqual(['FAILED', 'SUCCEEDED']);
      expect(trial.attempts[0]?.reason).toContain('not a whole bundle');
    },
    WITHIN_MS,
  );

  it(
    'ends with exit code 2 and one line when its token or its settings are refused',
    async () => {
      const { platform } = await openScene({ workers: 0 });
      const refused = async (env: NodeJS.ProcessEnv): Promise<StartFailure> =>
        await platform.startWorker(env).then(
          () => expect.unreachable(),
          (failure) => failure,
        );
      const stranger = await refused({ ADT_TOKEN: 'x'.repeat(43) });
      expect(stranger.message).toContain('exit code 2');
      expect(stranger.tail).toEqual([expect.stringContaining('the coordinator refuses this worker')]);
      const greedy = await refused({ ADT_SLOTS: '0' });
      expect(greedy.message).toContain('exit code 2');
      expect(greedy.tail).toEqual(['ADT_SLOTS: must be a whole number from 1 to 256']);
    },
    WITHIN_MS,
  );
});

/** A server at the same address with the same token that has lost everything else. */
async function startEmptyNatsInPlaceOf({ url, token }: NatsServer): Promise<void> {
  const dataDir = temporaryFolder('nats');
  mkdirSync(join(dataDir, 'nats'));
  writeFileSync(join(dataDir, 'nats', 'token'), token, { mode: 0o600 });
  await startTestNats({ dataDir, port: Number(new URL(url).port) });
}
