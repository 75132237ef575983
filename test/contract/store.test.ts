/** The store against a real Postgres: claims, fences, gapless metrics, endings. */
import { closeAttempt } from '@adt/coordinator/store/attempts';
import { claimNext, claimTrial, renewLeases } from '@adt/coordinator/store/claims';
import { canonicalCurves } from '@adt/coordinator/store/curves';
import { acquireLeadership, renewLeadership, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest, type Point, resumePoint } from '@adt/coordinator/store/metrics';
import { submitSweep } from '@adt/coordinator/store/submit';
import { cancelSweep, finishSweeps, listSweeps, sweepsById } from '@adt/coordinator/store/sweeps';
import { listTrials, trialsById } from '@adt/coordinator/store/trials';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSweep,
  addWorker,
  claimed,
  expireLeases,
  LEASE_TTL_MS,
  newSweep,
  OBJECTIVE,
  openTestDatabase,
} from './trials.js';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
});

function objective(...values: (number | null)[]): Point[] {
  return values.map((value, at) => ({ step: 10 * (at + 1), metric: OBJECTIVE, value }));
}

async function running(params: Parameters<typeof addSweep>[1] = {}) {
  const { sweepId, trialIds } = await addSweep(db, params);
  const trialId = trialIds[0] as number;
  return { sweepId, ...(await claimed(db, { workerId: 'worker-1', trialId })) };
}

async function trialRow(trialId: number) {
  const [row] = await trialsById(db, [trialId]);
  if (!row) throw new Error(`no trial ${trialId}`);
  return row;
}

const lost = { kind: 'lost' } as const;
const succeeded = { kind: 'completed', outcome: 'SUCCEEDED' } as const;

describe('submitting', () => {
  it('writes ten thousand trials and their hints in one go, numbered in order', async () => {
    const { sweepId } = await submitSweep(db, newSweep({ size: 10_000, pool: 'bulk' }));
    const [sweep] = await sweepsById(db, [sweepId]);
    expect(sweep?.queued).toBe(10_000);
    const { trials } = await listTrials(db, { sweepId, order: 'number', limit: 3, after: null });
    expect(trials.map((trial) => [trial.number, trial.config.seed])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(await db.prisma.outbox.count({ where: { trial: { sweepId }, epoch: 0 } })).toBe(10_000);
  });

  it('returns the first sweep for the same key and spec, and refuses another spec', async () => {
    const first = await submitSweep(db, newSweep({ idempotencyKey: 'key-1' }));
    expect(first.kind).toBe('created');
    const again = await submitSweep(db, newSweep({ idempotencyKey: 'key-1' }));
    expect(again).toEqual({ kind: 'repeated', sweepId: first.sweepId });
    const other = await submitSweep(db, newSweep({ idempotencyKey: 'key-1', specSha256: 'c'.repeat(64) }));
    expect(other).toEqual({ kind: 'conflict', sweepId: first.sweepId });
    expect(await db.prisma.trial.count({ where: { sweepId: first.sweepId } })).toBe(1);
  });

  it('writes one sweep when the same key arrives eight times at once', async () => {
    const submissions = Array.from({ length: 8 }, () =>
      submitSweep(db, newSweep({ idempotencyKey: 'key-2' })),
    );
    const kinds = (await Promise.all(submissions)).map((submission) => submission.kind).sort();
    expect(kinds).toEqual(['created', ...Array(7).fill('repeated')]);
  });
});

describe('claiming', () => {
  it('gives each of 2,000 trials once to 8 claimers, by name and by asking for the next', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 2_000, pool: 'crowd' });
    const taken: number[] = [];
    const byName = async (mine: number[]) => {
      for (const trialId of mine) {
        const claim = await claimTrial(db, { workerId: 'worker-1', trialId, leaseTtlMs: LEASE_TTL_MS });
        if (claim.kind === 'claimed') taken.push(claim.trial.trialId);
      }
    };
    const byNext = async () => {
      for (;;) {
        const claim = await claimNext(db, { workerId: 'worker-1', pool: 'crowd', leaseTtlMs: LEASE_TTL_MS });
        if (claim.kind !== 'claimed') return;
        taken.push(claim.trial.trialId);
      }
    };
    const half = trialIds.slice(0, 1_000);
    await Promise.all([
      byName(half),
      byName(half),
      byName(half),
      byName(half),
      byNext(),
      byNext(),
      byNext(),
      byNext(),
    ]);
    expect(taken.length).toBe(2_000);
    expect(new Set(taken).size).toBe(2_000);
    const wrong = await db.prisma.trial.count({ where: { sweepId, NOT: { state: 'RUNNING', epoch: 1 } } });
    expect(wrong).toBe(0);
    expect(await db.prisma.attempt.count({ where: { trial: { sweepId } } })).toBe(2_000);
  });

  it('asks a worker it does not know to register, and takes nothing', async () => {
    const { trialIds } = await addSweep(db);
    const trialId = trialIds[0] as number;
    const claim = await claimTrial(db, { workerId: 'stranger', trialId, leaseTtlMs: LEASE_TTL_MS });
    expect(claim.kind).toBe('unknown-worker');
    expect((await trialRow(trialId)).state).toBe('QUEUED');
  });

  it('keeps pools apart', async () => {
    await addSweep(db, { pool: 'left' });
    const right = await claimNext(db, { workerId: 'worker-1', pool: 'right', leaseTtlMs: LEASE_TTL_MS });
    expect(right.kind).toBe('none');
  });

  it('renews leases it knows, fences the others and passes a cancel on', async () => {
    const kept = await running();
    const stopped = await running();
    await cancelSweep(db, stopped.sweepId);
    const leases = [kept, stopped, { trialId: kept.trialId, epoch: 7 }, { trialId: 2 ** 30, epoch: 1 }];
    const renewed = await renewLeases(db, {
      workerId: 'worker-1',
      leases,
      draining: false,
      leaseTtlMs: LEASE_TTL_MS,
    });
    if (renewed.kind !== 'renewed') throw new Error(renewed.kind);
    expect(renewed.decisions.map((lease) => lease.decision)).toEqual([
      'CONTINUE',
      'CANCEL',
      'FENCED',
      'FENCED',
    ]);
    const stranger = { workerId: 'stranger', leases: [], draining: false, leaseTtlMs: LEASE_TTL_MS };
    expect((await renewLeases(db, stranger)).kind).toBe('unknown-worker');
  });
});

describe('taking metrics in', () => {
  it('stores points once, whatever is repeated, and keeps best and last step', async () => {
    const lease = await running();
    const points = objective(0.1, 0.4, 0.3, null);
    const batch = { ...lease, totalSteps: 40 };
    expect(await ingest(db, { ...batch, firstSeq: 1, points: points.slice(0, 2) })).toMatchObject({
      ackedSeq: 2,
    });
    const again = await ingest(db, { ...batch, firstSeq: 1, points: points.slice(0, 2) });
    expect(again).toMatchObject({ kind: 'stored', ackedSeq: 2, fresh: 0 });
    const overlap = await ingest(db, { ...batch, firstSeq: 2, points: points.slice(1) });
    expect(overlap).toMatchObject({ kind: 'stored', ackedSeq: 4, fresh: 2 });
    expect(await trialRow(lease.trialId)).toMatchObject({
      bestValue: 0.4,
      bestStep: 20,
      lastStep: 40,
      totalSteps: 40,
    });
    const [curve] = await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] });
    expect(curve).toEqual({
      trialId: lease.trialId,
      metric: OBJECTIVE,
      steps: [10, 20, 30, 40],
      values: [0.1, 0.4, 0.3, null],
    });
  });

  it('takes the same batch once when it arrives six times at once', async () => {
    const lease = await running();
    const batch = { ...lease, firstSeq: 1, points: objective(1, 2, 3), totalSteps: 0 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ingest(db, batch)));
    expect(answers.map((answer) => answer.kind === 'stored' && answer.ackedSeq)).toEqual(Array(6).fill(3));
    const fresh = answers.map((answer) => (answer.kind === 'stored' ? answer.fresh : 0));
    expect(fresh.reduce((sum, count) => sum + count)).toBe(3);
  });

  it('refuses a gap with the sequence that is stored', async () => {
    const lease = await running();
    await ingest(db, { ...lease, firstSeq: 1, points: objective(1, 2), totalSteps: 0 });
    const gap = await ingest(db, { ...lease, firstSeq: 4, points: objective(9), totalSteps: 0 });
    expect(gap).toEqual({ kind: 'gap', ackedSeq: 2 });
    expect(await resumePoint(db, lease)).toEqual({ ackedSeq: 2, cancelRequested: false });
  });

  it('ranks downwards for a loss', async () => {
    const lease = await running({ metric: 'valid/loss', maximize: false });
    const points = [70, 62, 65].map((value, at) => ({ step: at + 1, metric: 'valid/loss', value }));
    await ingest(db, { ...lease, firstSeq: 1, points, totalSteps: 0 });
    expect(await trialRow(lease.trialId)).toMatchObject({ bestValue: 62, bestStep: 2 });
  });

  it('refuses a stale epoch and another worker', async () => {
    const lease = await running();
    const batch = { ...lease, firstSeq: 1, points: objective(1), totalSteps: 0 };
    expect(await ingest(db, { ...batch, epoch: 9 })).toEqual({ kind: 'fenced' });
    expect(await ingest(db, { ...batch, workerId: 'worker-2' })).toEqual({ kind: 'fenced' });
    expect(await resumePoint(db, { ...lease, epoch: 9 })).toBeNull();
  });
});

describe('ending an attempt', () => {
  it('waits until every point is stored, then ends once and answers repeats alike', async () => {
    const lease = await running();
    const end = () => finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 3 });
    await ingest(db, { ...lease, firstSeq: 1, points: objective(1, 2), totalSteps: 0 });
    expect(await end()).toEqual({ kind: 'gap', ackedSeq: 2 });
    await ingest(db, { ...lease, firstSeq: 3, points: objective(3), totalSteps: 0 });
    expect(await end()).toMatchObject({ kind: 'moved', state: 'SUCCEEDED' });
    expect(await end()).toEqual({ kind: 'repeated', state: 'SUCCEEDED' });
    const late = await ingest(db, { ...lease, firstSeq: 4, points: objective(4), totalSteps: 0 });
    expect(late).toEqual({ kind: 'fenced' });
  });

  it('ends once when eight calls arrive together', async () => {
    const lease = await running();
    const call = { ...lease, ending: succeeded, lastSeq: 0 };
    const kinds = (await Promise.all(Array.from({ length: 8 }, () => finishAttempt(db, call)))).map(
      (end) => end.kind,
    );
    expect(kinds.sort()).toEqual(['moved', ...Array(7).fill('repeated')]);
  });

  it('queues a failure again with a hint of its own until the maximum, then fails with the reason', async () => {
    const lease = await running({ maxFailures: 1 });
    const ending = { kind: 'failed', failureClass: 'INFRA', reason: 'disk full' } as const;
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toMatchObject({ state: 'QUEUED' });
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toEqual({
      kind: 'repeated',
      state: 'QUEUED',
    });
    const second = await claimed(db, lease);
    expect(second.epoch).toBe(2);
    expect(await finishAttempt(db, { ...second, ending, lastSeq: 0 })).toMatchObject({ state: 'FAILED' });
    expect(await trialRow(lease.trialId)).toMatchObject({ state: 'FAILED', failureReason: 'disk full' });
    const hints = await db.prisma.outbox.findMany({
      where: { trialId: lease.trialId },
      orderBy: { epoch: 'asc' },
    });
    expect(hints.map((hint) => hint.epoch)).toEqual([0, 1]);
    // The first attempt's repeat is still told what it was told: its trial was queued again.
    expect(await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).toEqual({
      kind: 'repeated',
      state: 'QUEUED',
    });
  });

  it('hands a drained trial back without counting a failure', async () => {
    const lease = await running({ maxFailures: 0 });
    const release = { ...lease, ending: { kind: 'released' }, lastSeq: null } as const;
    expect(await finishAttempt(db, release)).toMatchObject({ state: 'QUEUED' });
    expect(await finishAttempt(db, release)).toMatchObject({ kind: 'repeated' });
    const trial = await db.prisma.trial.findUniqueOrThrow({ where: { id: lease.trialId } });
    expect(trial).toMatchObject({ state: 'QUEUED', failures: 0 });
  });

  it('voids what a superseded attempt reported', async () => {
    const lease = await running();
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.9, 0.8), totalSteps: 0 });
    await expireLeases(db);
    const reaper = await acquireLeadership(db, { holder: 'test', leaderTtlMs: 60_000, leaseTtlMs: 1 });
    if (!reaper) throw new Error('somebody else leads');
    await expireLeases(db);
    const reap = { trialId: lease.trialId, epoch: lease.epoch, ending: lost, lastSeq: null };
    expect(await finishAttempt(db, { ...reap, reaper })).toMatchObject({ kind: 'moved', state: 'QUEUED' });
    expect(await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 2 })).toEqual({ kind: 'fenced' });
    const second = await claimed(db, lease);
    await ingest(db, { ...second, firstSeq: 1, points: objective(0.5), totalSteps: 0 });
    expect(await trialRow(lease.trialId)).toMatchObject({ bestValue: 0.5, bestStep: 10, epoch: 2 });
    const [curve] = await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [OBJECTIVE] });
    expect(curve).toMatchObject({ steps: [10], values: [0.5] });
    await resignLeadership(db, reaper);
  });

  it("keeps an older attempt's points up to the step that a newer one resumed from", async () => {
    const lease = await running();
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.1, 0.2, 0.3), totalSteps: 0 });
    await finishAttempt(db, { ...lease, ending: { kind: 'released' }, lastSeq: null });
    const second = await claimed(db, lease);
    await db.prisma.attempt.update({
      where: { trialId_epoch: { trialId: lease.trialId, epoch: second.epoch } },
      data: { resumeStep: 20 },
    });
    const points = [{ step: 30, metric: OBJECTIVE, value: 0.7 }];
    await ingest(db, { ...second, firstSeq: 1, points, totalSteps: 0 });
    const [curve] = await canonicalCurves(db, { trialIds: [lease.trialId], metrics: [] });
    expect(curve).toMatchObject({ steps: [10, 20, 30], values: [0.1, 0.2, 0.7] });
  });

  it('does not reap a renewed lease, nor for a leader whose term is over', async () => {
    const lease = await running();
    const old = await acquireLeadership(db, { holder: 'old', leaderTtlMs: 60_000, leaseTtlMs: 1 });
    if (!old) throw new Error('somebody else leads');
    const reap = { trialId: lease.trialId, epoch: lease.epoch, ending: lost, lastSeq: null };
    expect(await finishAttempt(db, { ...reap, reaper: old })).toEqual({ kind: 'fenced' });
    await resignLeadership(db, old);
    await expireLeases(db);
    expect(await finishAttempt(db, { ...reap, reaper: old })).toEqual({ kind: 'fenced' });
    expect((await trialRow(lease.trialId)).state).toBe('RUNNING');
  });

  it('writes nothing when what it was judged by has changed', async () => {
    const lease = await running();
    const verdict = {
      state: 'QUEUED',
      outcome: 'FAILED',
      failures: 1,
      failureClass: 'INFRA',
      reason: 'x',
    } as const;
    const seen = { workerId: lease.workerId, failures: 0, cancelRequested: false, ackedSeq: 0 };
    const nothing = { result: null, exitCode: null, stderrTail: null, reaper: null };
    await cancelSweep(db, lease.sweepId);
    expect(await closeAttempt(db, { ...lease, verdict, seen, ...nothing })).toBe(false);
    expect((await trialRow(lease.trialId)).state).toBe('RUNNING');
  });
});

describe('cancelling', () => {
  it('ends queued trials at once, asks the running to stop, and is the same twice', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 3 });
    const lease = await claimed(db, { workerId: 'worker-1', trialId: trialIds[0] as number });
    expect(await cancelSweep(db, sweepId)).toEqual({ kind: 'cancelled', trialIds });
    expect(await finishSweeps(db, sweepId)).toEqual([]);
    expect((await cancelSweep(db, sweepId)).kind).toBe('cancelled');
    const stop = { kind: 'completed', outcome: 'CANCELLED' } as const;
    expect(await finishAttempt(db, { ...lease, ending: stop, lastSeq: 0 })).toMatchObject({
      state: 'CANCELLED',
    });
    expect(await finishSweeps(db, sweepId)).toEqual([sweepId]);
    expect((await sweepsById(db, [sweepId]))[0]).toMatchObject({ state: 'CANCELLED', cancelled: 3 });
  });

  it('loses no trial when it races with claims', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 200 });
    const claim = (trialId: number) =>
      claimTrial(db, { workerId: 'worker-1', trialId, leaseTtlMs: LEASE_TTL_MS });
    const [, ...claims] = await Promise.all([cancelSweep(db, sweepId), ...trialIds.map(claim)]);
    const taken = claims.filter((answer) => answer.kind === 'claimed').length;
    const [sweep] = await sweepsById(db, [sweepId]);
    expect(sweep).toMatchObject({ queued: 0, running: taken, cancelled: 200 - taken });
    expect(await db.prisma.trial.count({ where: { sweepId, cancelRequested: false } })).toBe(0);
  });

  it('refuses for a finished sweep, and for one that does not exist', async () => {
    const lease = await running();
    await finishAttempt(db, { ...lease, ending: succeeded, lastSeq: 0 });
    await finishSweeps(db, lease.sweepId);
    expect((await cancelSweep(db, lease.sweepId)).kind).toBe('finished');
    expect((await cancelSweep(db, 2 ** 30)).kind).toBe('not-found');
  });

  it("refuses a worker's CANCELLED that nobody asked for", async () => {
    const lease = await running();
    const ending = { kind: 'completed', outcome: 'CANCELLED' } as const;
    expect((await finishAttempt(db, { ...lease, ending, lastSeq: 0 })).kind).toBe('not-cancelled');
  });
});

describe('leading', () => {
  it('is for one at a time, goes to the next when it lapses, and extends leases then', async () => {
    const lease = await running();
    const ask = (holder: string, leaderTtlMs: number) =>
      acquireLeadership(db, { holder, leaderTtlMs, leaseTtlMs: LEASE_TTL_MS });
    const both = await Promise.all([ask('one', 60_000), ask('two', 60_000)]);
    const [first] = both.filter((term) => term !== null);
    if (!first || both.every((term) => term !== null)) throw new Error(`leaders: ${JSON.stringify(both)}`);
    expect(await renewLeadership(db, first, 60_000)).toBe(true);
    await resignLeadership(db, first);
    expect(await renewLeadership(db, first, 60_000)).toBe(false);
    await expireLeases(db);
    const second = await ask('three', 60_000);
    expect(second?.term).toBe(first.term + 1);
    const { rows } = await db.pool.query(
      'SELECT lease_expires_at > clock_timestamp() AS live FROM trial WHERE id = $1',
      [lease.trialId],
    );
    expect(rows[0]?.live).toBe(true);
    if (second) await resignLeadership(db, second);
  });
});

describe('listing', () => {
  it('pages through trials in each order without a repeat or a hole', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 25 });
    for (const [at, trialId] of trialIds.slice(0, 12).entries()) {
      const lease = await claimed(db, { workerId: 'worker-1', trialId });
      await ingest(db, { ...lease, firstSeq: 1, points: objective((at * 7) % 5), totalSteps: 0 });
    }
    for (const order of ['best', 'number', 'state'] as const) {
      const seen: number[] = [];
      let after: Parameters<typeof listTrials>[1]['after'] = null;
      do {
        const page = await listTrials(db, { sweepId, order, limit: 4, after });
        seen.push(...page.trials.map((trial) => trial.id));
        after = page.next;
      } while (after);
      expect([...seen].sort((a, b) => a - b)).toEqual(trialIds);
    }
    const { trials } = await listTrials(db, { sweepId, order: 'best', limit: 13, after: null });
    const values = trials.map((trial) => trial.bestValue);
    expect(values).toEqual([...values.slice(0, 12).sort((a, b) => (b ?? 0) - (a ?? 0)), null]);
  });

  it('shows the best trial of a sweep, leaving failed ones out', async () => {
    const { sweepId, trialIds } = await addSweep(db, { size: 2, maxFailures: 0 });
    const [bad, good] = trialIds as [number, number];
    const failing = await claimed(db, { workerId: 'worker-1', trialId: bad });
    await ingest(db, { ...failing, firstSeq: 1, points: objective(0.9), totalSteps: 0 });
    const ending = { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE' } as const;
    await finishAttempt(db, { ...failing, ending, lastSeq: 1 });
    const lease = await claimed(db, { workerId: 'worker-1', trialId: good });
    await ingest(db, { ...lease, firstSeq: 1, points: objective(0.2), totalSteps: 0 });
    const [sweep] = await listSweeps(db, { limit: 1, beforeId: null });
    expect(sweep).toMatchObject({ id: sweepId, bestTrialId: good, bestValue: 0.2, failed: 1, running: 1 });
  });
});
