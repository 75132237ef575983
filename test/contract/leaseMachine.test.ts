/** The lease statements in random order, against a model: fast-check plays workers, reaper and users on real Postgres. */
import { expiredAttempts } from '@adt/coordinator/store/attempts';
import { type Claim, claimNext, claimTrial, renewLeases } from '@adt/coordinator/store/claims';
import { acquireLeadership, type LeaderTerm, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest } from '@adt/coordinator/store/metrics';
import { appendEntries } from '@adt/coordinator/store/searchLog';
import { cancelSweep } from '@adt/coordinator/store/sweeps';
import type { Ending } from '@adt/coordinator/trial/failure';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { expectTruth } from './leaseInvariants.js';
import {
  attemptsOf,
  end,
  type Held,
  isClaimable,
  type Model,
  type ModelEnding,
  type ModelSweep,
  type ModelTrial,
  nextTrial,
  open,
  owns,
  trialsOf,
} from './leaseModel.js';
import { addSweep, addWorker, OBJECTIVE, openTestDatabase } from './trials.js';

/** No lease runs out by itself: the test says when. */
const LEASE_TTL_MS = 3_600_000;
const WORKERS = ['worker-1', 'worker-2', 'worker-3'];
/** Runs stop by then, however slow the machine. */
const TIME_LIMIT_MS = 20_000;
const RESULT = { bestStep: 10, valid: { [OBJECTIVE]: 0.5 }, test: {}, seconds: {}, engine: 'native' };

let db: Awaited<ReturnType<typeof openTestDatabase>>;
let leader: LeaderTerm;
let deposed: LeaderTerm;

beforeAll(async () => {
  db = await openTestDatabase();
  for (const worker of WORKERS) await addWorker(db, worker);
  deposed = await lead('first');
  await resignLeadership(db, deposed);
  leader = await lead('second');
});

async function lead(holder: string): Promise<LeaderTerm> {
  const term = await acquireLeadership(db, { holder, leaderTtlMs: 3_600_000, leaseTtlMs: LEASE_TTL_MS });
  if (!term) throw new Error('somebody else leads');
  return term;
}

type Real = { pool: string };
type Command = fc.AsyncCommand<Model, Real>;

/** A command as a closure; it runs whenever `check` finds something to run it on. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items.length === 0 ? undefined : items[at % items.length];
}

function expectClaim(claim: Claim, trial: ModelTrial | undefined, workerId: string): void {
  const expected = trial
    ? { kind: 'claimed', trial: { trialId: trial.id, epoch: open(trial, workerId).epoch } }
    : { kind: 'none' };
  expect(claim).toMatchObject(expected);
}

function claiming(worker: string, at: number): Command {
  return command(`claim(${worker}, ${at})`, async (model) => {
    const trial = pick(trialsOf(model), at) as ModelTrial;
    const claim = await claimTrial(db, { workerId: worker, trialId: trial.id, leaseTtlMs: LEASE_TTL_MS });
    expectClaim(claim, isClaimable(trial) ? trial : undefined, worker);
  });
}

/** Everybody at once: one gets it, if anybody may. */
function racing(at: number): Command {
  return command(`race(${at})`, async (model) => {
    const trial = pick(trialsOf(model), at) as ModelTrial;
    const wants = WORKERS.map((workerId) => ({ workerId, trialId: trial.id, leaseTtlMs: LEASE_TTL_MS }));
    const claims = await Promise.all(wants.map((want) => claimTrial(db, want)));
    const winners = WORKERS.filter((_, index) => claims[index]?.kind === 'claimed');
    expect(winners).toHaveLength(isClaimable(trial) ? 1 : 0);
    for (const workerId of winners) open(trial, workerId);
  });
}

function claimingNext(worker: string): Command {
  return command(`claimNext(${worker})`, async (model, { pool }) => {
    const { rows } = await db.pool.query<{ id: number; at: number }>(
      'SELECT id, extract(epoch FROM queued_at)::float8 AS at FROM trial',
    );
    const next = nextTrial(model, new Map(rows.map(({ id, at }) => [id, at])));
    const claim = await claimNext(db, { workerId: worker, pool, leaseTtlMs: LEASE_TTL_MS });
    expectClaim(claim, next, worker);
  });
}

/** A worker speaks of every attempt there ever was, its own and others'. */
function renewing(worker: string): Command {
  return command(`renew(${worker})`, async (model) => {
    const held = attemptsOf(model);
    const leases = held.map(({ trial, attempt }) => ({ trialId: trial.id, epoch: attempt.epoch }));
    const params = { workerId: worker, leases, draining: false, leaseTtlMs: LEASE_TTL_MS };
    const renewed = await renewLeases(db, params);
    const decisions = held.map((lease) => {
      if (!owns(lease, worker)) return 'FENCED';
      lease.trial.expired = false;
      return lease.trial.cancel ? 'CANCEL' : lease.trial.prune ? 'PRUNE' : 'CONTINUE';
    });
    expect(renewed.kind === 'renewed' && renewed.decisions.map(({ decision }) => decision)).toEqual(
      decisions,
    );
  });
}

function ingesting(params: { at: number; worker: string; shift: number; count: number }): Command {
  return command(`ingest(${JSON.stringify(params)})`, async (model) => {
    const held = pick(attemptsOf(model), params.at);
    if (!held) return;
    const { trial, attempt } = held;
    const workerId = params.shift % 2 === 0 ? attempt.workerId : params.worker;
    const firstSeq = Math.max(1, attempt.acked + 1 + params.shift);
    const points = Array.from({ length: params.count }, (_, place) => ({
      step: firstSeq + place,
      metric: OBJECTIVE,
      value: objectiveAt(trial.id, attempt.epoch, firstSeq + place),
    }));
    const lease = { trialId: trial.id, epoch: attempt.epoch, workerId };
    const batch = { ...lease, firstSeq, points, totalSteps: 0, leaseTtlMs: LEASE_TTL_MS };
    const stored = await ingest(db, batch);
    if (!owns(held, workerId)) expect(stored.kind).toBe('fenced');
    else if (firstSeq > attempt.acked + 1) expect(stored).toEqual({ kind: 'gap', ackedSeq: attempt.acked });
    else {
      const acked = Math.max(attempt.acked, firstSeq + params.count - 1);
      // New points are a sign of life; a repeat writes nothing.
      if (acked > attempt.acked) trial.expired = false;
      attempt.acked = acked;
      expect(stored).toMatchObject({ kind: 'stored', ackedSeq: attempt.acked });
    }
  });
}

function objectiveAt(trialId: number, epoch: number, seq: number): number {
  return ((trialId * 7_919 + epoch * 104_729 + seq) % 1_009) / 1_009;
}

function expiring(at: number): Command {
  return command(`expire(${at})`, async (model) => {
    const trial = pick(trialsOf(model), at) as ModelTrial;
    const { rowCount } = await db.pool.query(
      `UPDATE trial SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = $1 AND state = 'RUNNING'`,
      [trial.id],
    );
    trial.expired = rowCount === 1;
  });
}

/** First as a leader that was, then as the one that is. */
function reaping(): Command {
  return command('reap', async (model) => {
    const own = new Map(trialsOf(model).map((trial) => [trial.id, trial]));
    const found = (await expiredAttempts(db, 500)).filter(({ trialId }) => own.has(trialId));
    const expired = trialsOf(model).filter(({ state, expired }) => state === 'RUNNING' && expired);
    expect(found.map(({ trialId }) => trialId).sort()).toEqual(expired.map(({ id }) => id).sort());
    for (const { trialId, epoch } of found) {
      const trial = own.get(trialId) as ModelTrial;
      const lost = { trialId, epoch, ending: { kind: 'lost' } as const, lastSeq: null };
      expect(await finishAttempt(db, { ...lost, reaper: deposed })).toEqual({ kind: 'fenced' });
      const state = end({ trial, attempt: trial.attempts.at(-1) as Held['attempt'] }, 'LOST');
      expect(await finishAttempt(db, { ...lost, reaper: leader })).toMatchObject({ kind: 'moved', state });
    }
    // A lease that is alive is nobody's to take.
    for (const trial of own.values()) {
      if (trial.state !== 'RUNNING') continue;
      const lost = { trialId: trial.id, epoch: trial.attempts.length, ending: { kind: 'lost' } as const };
      expect(await finishAttempt(db, { ...lost, lastSeq: null, reaper: leader })).toEqual({ kind: 'fenced' });
    }
  });
}

function endingOf(ending: Exclude<ModelEnding, 'LOST'>): Ending {
  switch (ending) {
    case 'SUCCEEDED':
    case 'PRUNED':
    case 'CANCELLED':
      return { kind: 'completed', outcome: ending };
    case 'RELEASED':
      return { kind: 'released' };
    default:
      return { kind: 'failed', failureClass: ending, reason: `broke: ${ending}` };
  }
}

/** Complete and Release, by the owner or by somebody else, with the right count of points or a wrong one. */
function ending(params: {
  at: number;
  worker: string | null;
  missing: number;
  as: Exclude<ModelEnding, 'LOST'>;
}): Command {
  return command(`end(${JSON.stringify(params)})`, async (model) => {
    const held = pick(attemptsOf(model), params.at);
    if (!held) return;
    const { trial, attempt } = held;
    const workerId = params.worker ?? attempt.workerId;
    const isRelease = params.as === 'RELEASED';
    const result = params.as === 'SUCCEEDED' ? { ...RESULT, parametersSha256: '' } : undefined;
    const done = await finishAttempt(db, {
      trialId: trial.id,
      epoch: attempt.epoch,
      workerId,
      ending: endingOf(params.as),
      lastSeq: isRelease ? null : attempt.acked + params.missing,
      ...(result ? { result } : {}),
    });
    const unasked = (params.as === 'PRUNED' && !trial.prune) || (params.as === 'CANCELLED' && !trial.cancel);
    if (!owns(held, workerId)) expect(['fenced', 'repeated']).toContain(done.kind);
    else if (!isRelease && params.missing > 0) expect(done).toEqual({ kind: 'gap', ackedSeq: attempt.acked });
    else if (unasked) expect(done.kind).toBe('not-asked');
    else expect(done).toMatchObject({ kind: 'moved', state: end(held, params.as) });
  });
}

function cancelling(at: number): Command {
  return command(`cancel(${at})`, async ({ sweeps }) => {
    const sweep = pick(sweeps, at) as ModelSweep;
    const stopped = sweep.trials.filter(
      ({ state, cancel }) => !cancel && (state === 'QUEUED' || state === 'RUNNING'),
    );
    sweep.cancelled = true;
    for (const trial of stopped) {
      trial.cancel = true;
      if (trial.state === 'QUEUED') trial.state = 'CANCELLED';
    }
    const trialIds = stopped.map(({ id }) => id);
    expect(await cancelSweep(db, sweep.id)).toEqual({ kind: 'cancelled', trialIds });
  });
}

/** A verdict of the search on any attempt there ever was. */
function pruning(at: number): Command {
  return command(`prune(${at})`, async (model) => {
    const held = pick(attemptsOf(model), at);
    if (!held) return;
    const { trial, attempt } = held;
    const { sweep, number } = trial;
    const verdict = { trial: number, step: 10, bracket: 0, value: 0.5, prune: true, reason: 'beaten' };
    const hash = 'd'.repeat(64);
    const entry = { number: sweep.entries + 1, entry: { kind: 'judged' as const, ...verdict }, hash };
    const appended = await appendEntries(db, {
      sweepId: sweep.id,
      after: sweep.entries,
      entries: [entry],
      trials: [],
      firstNumber: sweep.trials.length + 1,
      maxFailures: sweep.maxFailures,
      over: null,
      by: { attempt: { trialId: trial.id, epoch: attempt.epoch } },
    });
    const counts = owns(held, attempt.workerId) && !sweep.cancelled;
    expect(appended.kind).toBe(counts ? 'appended' : 'closed');
    if (!counts) return;
    sweep.entries += 1;
    trial.prune = true;
  });
}

const at = fc.nat(40);
const worker = fc.constantFrom(...WORKERS);
const someEnding = fc.constantFrom(
  ...(['SUCCEEDED', 'PRUNED', 'CANCELLED', 'USER', 'INFRA', 'INFRA', 'OOM', 'RELEASED'] as const),
);
const endings = fc.record({
  at,
  worker: fc.option(worker, { freq: 4 }),
  missing: fc.constantFrom(0, 0, 0, 1),
  as: someEnding,
});
const batches = fc.record({
  at,
  worker,
  shift: fc.integer({ min: -3, max: 2 }),
  count: fc.integer({ min: 1, max: 5 }),
});

const commands = fc.commands(
  [
    fc.tuple(worker, at).map((params) => claiming(...params)),
    worker.map(claimingNext),
    at.map(racing),
    worker.map(renewing),
    batches.map(ingesting),
    batches.map(ingesting),
    at.map(expiring),
    fc.constant(null).map(reaping),
    endings.map(ending),
    endings.map(ending),
    at.map(pruning),
    fc.nat(7).map((which) => (which < 2 ? cancelling(which) : reaping())),
  ],
  { size: '+1', maxCommands: 80 },
);

let pools = 0;

/** Two sweeps of three trials in a pool of their own, one of them with a limit. */
async function begin(maxFailures: number): Promise<{ model: Model; real: Real }> {
  const pool = `pool-${++pools}`;
  const sweeps = [null, 2].map(async (limit): Promise<ModelSweep> => {
    const added = await addSweep(db, { size: 3, pool, maxFailures, maxConcurrent: limit, isSearched: true });
    const sweep = { id: added.sweepId, limit, maxFailures, cancelled: false, entries: 0 };
    const trials: ModelTrial[] = [];
    const whole = { ...sweep, trials };
    const fresh = { failures: 0, cancel: false, prune: false, expired: false, state: 'QUEUED' as const };
    added.trialIds.forEach((id, index) => {
      trials.push({ ...fresh, id, number: index + 1, sweep: whole, attempts: [] });
    });
    return whole;
  });
  return { model: { sweeps: await Promise.all(sweeps) }, real: { pool } };
}

it('leases do in any order what the model says, and leave every invariant whole', {
  timeout: 120_000,
}, async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(commands, fc.nat(2), async (sequence, maxFailures) => {
      const begun = await begin(maxFailures);
      await fc.asyncModelRun(() => begun, sequence);
      await expectTruth(db, begun.model);
      runs += 1;
    }),
    { numRuns: 120, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
  // A machine too slow to do anything has shown nothing.
  expect(runs).toBeGreaterThan(5);
});
