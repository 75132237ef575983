/** Searches under whatever happens: random workers, lost leases, restarts, changes of leader, answers that get lost. */
import { Searches } from '@adt/coordinator/scheduler/searches';
import { commitCheckpoint } from '@adt/coordinator/store/checkpoints';
import { claimNext } from '@adt/coordinator/store/claims';
import { acquireLeadership, type LeaderTerm, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest } from '@adt/coordinator/store/metrics';
import { searchingSweeps } from '@adt/coordinator/store/searchLog';
import type { Ending } from '@adt/coordinator/trial/failure';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import type { Database } from '@adt/prisma/client';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { addDataset, addSearch, expectWholeSearch, logOf, METRIC, specOf } from './searching.js';
import { addWorker, LEASE_TTL_MS, openTestDatabase } from './trials.js';

let db: Database;

beforeAll(async () => {
  db = await openTestDatabase();
  await addDataset(db);
  await addWorker(db);
});

const GONE = 'connection lost';

/** A database that loses every `nth` append: the statement or, by turns, only the answer to it. Counts all questions. */
function flaky(nth: number): { db: Database; asked(): number } {
  let appends = 0;
  let asked = 0;
  const query = async (...args: Parameters<Database['pool']['query']>): Promise<unknown> => {
    asked++;
    const isLost = JSON.stringify(args[0]).includes('append-entries') && ++appends % nth === 0;
    if (isLost && appends % (2 * nth) === 0) throw new Error(GONE);
    const answer: unknown = await db.pool.query(...args);
    if (isLost) throw new Error(GONE);
    return answer;
  };
  const pool = new Proxy(db.pool, {
    get: (target, key) => (key === 'query' ? query : Reflect.get(target, key)),
  });
  return { db: { ...db, pool }, asked: () => asked };
}

type Lease = { trialId: number; epoch: number; workerId: string; step: number; seq: number };

/** Two coordinators, of which one leads, and their workers' trials. */
class Platform {
  readonly running: Lease[] = [];
  /** Attempts that went on from a checkpoint. */
  resumed = 0;
  readonly #flaky: Database;
  #term: LeaderTerm | null = null;
  #leads = 0;
  #coordinators: Searches[];

  constructor(
    readonly sweepId: number,
    nth: number,
  ) {
    this.#flaky = flaky(nth).db;
    this.#coordinators = [this.#fresh(), this.#fresh()];
  }

  #fresh(): Searches {
    return new Searches({ db: this.#flaky, retryMs: 0 });
  }

  async #leader(): Promise<LeaderTerm> {
    const params = { holder: `c${this.#leads}`, leaderTtlMs: 60_000, leaseTtlMs: LEASE_TTL_MS };
    this.#term ??= await acquireLeadership(db, params);
    if (!this.#term) throw new Error('somebody else leads');
    return this.#term;
  }

  async handOver(): Promise<void> {
    if (this.#term) await resignLeadership(db, this.#term);
    this.#term = null;
    this.#leads = 1 - this.#leads;
  }

  async restart(which: number): Promise<void> {
    this.#coordinators[which % 2] = this.#fresh();
  }

  async advance(): Promise<void> {
    const term = await this.#leader();
    for (const sweep of await searchingSweeps(db, LEASE_TTL_MS))
      if (sweep.sweepId === this.sweepId) await this.#coordinators[this.#leads]?.advance(sweep, term);
  }

  async claim(): Promise<void> {
    const asking = { workerId: 'worker-1', pool: 'default', leaseTtlMs: LEASE_TTL_MS };
    const claim = await claimNext(db, asking);
    if (claim.kind !== 'claimed') return;
    const step = claim.trial.checkpoints[0]?.resumeStep ?? 0;
    if (step > 0) this.resumed++;
    this.running.push({ ...claim.trial, workerId: 'worker-1', step, seq: 0 });
  }

  /** The next validation, taken in by either coordinator. */
  async report(lease: Lease, at: number): Promise<void> {
    lease.step += 10;
    const value = valueAt(lease.trialId, lease.step);
    const batch = { ...lease, firstSeq: lease.seq + 1, totalSteps: 0, leaseTtlMs: LEASE_TTL_MS };
    const stored = await ingest(db, { ...batch, points: [{ step: lease.step, metric: METRIC, value }] });
    if (stored.kind !== 'stored') throw new Error(`points were not stored: ${stored.kind}`);
    lease.seq = stored.ackedSeq;
    if (!stored.searching) return;
    const { number } = stored;
    await this.#coordinators[at % 2]?.observe({
      ...lease,
      number,
      sweepId: this.sweepId,
      lastStep: lease.step,
    });
  }

  async save(lease: Lease): Promise<void> {
    const { step, seq } = lease;
    if (step === 0) return;
    const checkpoint = { step, resumeStep: step, sha256: 'c'.repeat(64), bytes: 1 };
    const end = await commitCheckpoint(db, { ...lease, checkpoint, lastSeq: seq });
    if (end.kind !== 'committed') throw new Error(`checkpoint was not committed: ${end.kind}`);
  }

  async end(lease: Lease, ending: Ending): Promise<void> {
    const params = { trialId: lease.trialId, epoch: lease.epoch, ending };
    const facts = { test: {}, seconds: {}, engine: 'native', parametersSha256: '' };
    const value = 0.3 + ((lease.trialId * 31) % 97) / 1_000;
    const isDone = ending.kind === 'completed' && ending.outcome === 'SUCCEEDED';
    const end = await finishAttempt(db, {
      ...params,
      workerId: lease.workerId,
      lastSeq: isDone ? lease.seq : null,
      ...(isDone ? { result: { ...facts, bestStep: 10, valid: { [METRIC]: value } } } : {}),
    });
    if (end.kind === 'moved') this.running.splice(this.running.indexOf(lease), 1);
  }

  async lose(lease: Lease): Promise<void> {
    await db.pool.query(
      `UPDATE trial SET lease_expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`,
      [lease.trialId],
    );
    const { trialId, epoch } = lease;
    const reaper = await this.#leader();
    const end = await finishAttempt(db, { trialId, epoch, ending: { kind: 'lost' }, lastSeq: null, reaper });
    if (end.kind === 'moved') this.running.splice(this.running.indexOf(lease), 1);
  }

  async close(): Promise<void> {
    if (this.#term) await resignLeadership(db, this.#term);
  }
}

const EVENTS = [
  'claim',
  'claim',
  'report',
  'report',
  'report',
  'save',
  'succeed',
  'stop',
  'fail',
  'crash',
  'lose',
  'release',
  'advance',
  'restart',
  'handOver',
] as const;
type Event = { what: (typeof EVENTS)[number]; which: number };

async function happen(platform: Platform, { what, which }: Event): Promise<void> {
  const lease = platform.running[which % Math.max(1, platform.running.length)];
  if (what === 'claim') return platform.claim();
  if (what === 'advance') return platform.advance();
  if (what === 'restart') return platform.restart(which);
  if (what === 'handOver') return platform.handOver();
  if (lease === undefined) return;
  switch (what) {
    case 'report':
      return platform.report(lease, which);
    case 'save':
      return platform.save(lease);
    case 'succeed':
      return platform.end(lease, { kind: 'completed', outcome: 'SUCCEEDED' });
    case 'stop':
      return platform.end(lease, { kind: 'completed', outcome: 'PRUNED' });
    case 'fail':
      return platform.end(lease, { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE' });
    case 'crash':
      return platform.end(lease, { kind: 'failed', failureClass: 'INFRA', reason: 'went away' });
    case 'release':
      return platform.end(lease, { kind: 'released' });
    case 'lose':
      return platform.lose(lease);
    default:
      return what satisfies never;
  }
}

/** The objective of a training, whichever attempt reports it: trainings are the same bit for bit. */
function valueAt(trialId: number, step: number): number {
  return 0.3 + ((trialId * 7_919 + step) % 101) / 1_000;
}

/** A verdict rests on every validation until its rung, whichever attempts reported them. */
async function expectHonestVerdicts(sweepId: number): Promise<void> {
  const trials = await db.prisma.trial.findMany({ where: { sweepId } });
  for (const { entry } of await logOf(db, sweepId)) {
    if (entry.kind !== 'judged') continue;
    const { id } = trials.find(({ number }) => number === entry.trial) ?? expect.unreachable();
    const best = (step: number) => {
      const until = Array.from({ length: Math.floor(step / 10) }, (_, at) => valueAt(id, 10 * (at + 1)));
      return until.length === 0 ? null : Math.max(...until);
    };
    expect(entry.value).toBe(best(entry.step));
    if (entry.halfway !== undefined) expect(entry.halfway).toBe(best(entry.step / 2));
  }
}

/** An answer that was lost is what the coordinator logs, and goes on from. */
async function survive(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Error && error.message === GONE)) throw error;
  });
}

/** What is left to do, without further accidents. */
async function drain(platform: Platform): Promise<void> {
  for (let idle = 0; idle < 4; idle++) {
    await survive(platform.advance());
    await platform.claim();
    for (const lease of [...platform.running]) {
      idle = 0;
      await survive(platform.report(lease, lease.trialId));
      await platform.end(lease, { kind: 'completed', outcome: 'SUCCEEDED' });
    }
  }
}

const SHAPES = [
  `method: tpe
budget: {max_trials_per_stratum: 4}
seeds: {search: [1], confirm: {count: 2, base: 2019}}
early_terminate: {type: asha, eta: 2, min_steps: 10}
retry: {max: 1}`,
  `method: sobol
budget: {max_trials_per_stratum: 4, max_concurrent: 3}
seeds: {search: [1, 2]}
early_terminate: {type: median, startup_trials: 1, min_steps: 10}
retry: {max: 1}`,
];

/** Chance may leave this out: a training that is saved, handed back, and gone on with. */
const HANDED_OVER = (['advance', 'advance', 'claim', 'report', 'save', 'release'] as const).map((what) => [
  { what, which: 0 },
]);

const events = fc.array(
  fc.array(fc.record({ what: fc.constantFrom(...EVENTS), which: fc.nat(7) }), { minLength: 1, maxLength: 3 }),
  { minLength: 10, maxLength: 60 },
);

it.each(SHAPES)(
  'whatever happens, every trial ends, is told once, and the log replays: %s',
  async (shape) => {
    let verdicts = 0;
    let resumed = 0;
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 2, max: 7 }), async (turns, nth) => {
        const sweepId = await addSearch(db, specOf(shape));
        const platform = new Platform(sweepId, nth);
        try {
          for (const turn of turns) {
            // Those of one turn at once, each on a trial of its own: a worker does one thing at a time.
            const apart = turn.filter(
              ({ which }, at) => turn.findIndex((other) => other.which === which) === at,
            );
            const busy = Math.max(1, platform.running.length);
            const together = apart.every(
              ({ which }, at) => apart.findIndex((other) => other.which % busy === which % busy) === at,
            );
            if (together) await Promise.all(apart.map((event) => survive(happen(platform, event))));
            else for (const event of apart) await survive(happen(platform, event));
          }
          await drain(platform);
          await expectWholeSearch(db, sweepId);
          await expectHonestVerdicts(sweepId);
          resumed += platform.resumed;
          verdicts += (await logOf(db, sweepId)).filter(
            ({ entry }) => entry.kind === 'judged' && entry.prune,
          ).length;
          const sweep = await db.prisma.sweep.findUniqueOrThrow({ where: { id: sweepId } });
          expect(sweep.searching).toBe(false);
          expect(await db.prisma.trial.count({ where: { sweepId, told: false } })).toBe(0);
        } finally {
          await platform.close();
          // Of a run that failed: the next one must not claim from it.
          await db.pool.query(`UPDATE trial SET state = 'CANCELLED' WHERE state IN ('QUEUED', 'RUNNING')`);
        }
      }),
      { numRuns: 12, examples: [[HANDED_OVER, 7]] },
    );
    expect(verdicts).toBeGreaterThan(0);
    expect(resumed).toBeGreaterThan(0);
  },
  120_000,
);

it('asks nobody about a validation below the next rung, and of a search that judges none', async () => {
  const counted = flaky(Number.MAX_SAFE_INTEGER);
  const coordinator = new Searches({ db: counted.db, retryMs: 0 });
  const leader = await acquireLeadership(db, { holder: 'c', leaderTtlMs: 60_000, leaseTtlMs: LEASE_TTL_MS });
  if (!leader) throw new Error('somebody else leads');
  await addSearch(db, specOf(SHAPES[1]?.replace('min_steps: 10', 'min_steps: 40') ?? ''));
  await addSearch(db, specOf('method: tpe\nbudget: {max_trials_per_stratum: 2}'));
  const sweeps = await searchingSweeps(db, LEASE_TTL_MS);
  expect(sweeps).toHaveLength(2);
  for (const sweep of sweeps) await coordinator.advance(sweep, leader);
  const before = counted.asked();
  for (const { sweepId } of sweeps) {
    const attempt = { sweepId, trialId: 1, number: 1, epoch: 1 };
    for (const lastStep of [10, 20, 30])
      expect(await coordinator.observe({ ...attempt, lastStep })).toBe(false);
  }
  expect(counted.asked()).toBe(before);
  await resignLeadership(db, leader);
});
