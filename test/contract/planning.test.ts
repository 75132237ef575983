/** What PlanSweep lists and forecasts, and what GetSweep says is left, on a real database with measured trainings. */

import { nameDataset } from '@adt/coordinator/store/datasets';
import { measuredTrainings } from '@adt/coordinator/store/measurements';
import { type Forecast, SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { ask, testCoordinator } from './coordinator.js';
import { addSweep, addWorker, claimed, trainingConfig } from './trials.js';

const SHA256 = 'a'.repeat(64);

/** 10 iterations an epoch, two epochs. */
async function withDataset(params: { name?: string; sha256?: string } = {}) {
  const c = await testCoordinator();
  const { name = 'tiny', sha256 = SHA256 } = params;
  await nameDataset(c.db, { name, sha256, bytes: 1, replace: false, header: headerOf(name) });
  return c;
}

function headerOf(name: string) {
  return {
    format: 1,
    name,
    users: 100,
    items: 200,
    parts: {
      train: { interactions: 320, falsePositives: null },
      valid: { interactions: 50, falsePositives: null },
      test: { interactions: 50, falsePositives: null },
    },
    fpRule: 'none',
    source: 'test',
    idBytes: { users: null, items: null },
  } as const;
}

type Tested = Awaited<ReturnType<typeof withDataset>>;

/** Trainings of `trainingConfig` that took `seconds` each: half of it training, a fifth validation, a tenth test. */
async function measured(c: Tested, seconds: readonly number[]): Promise<void> {
  await addWorker(c.db);
  const { trialIds } = await addSweep(c.db, { size: seconds.length });
  for (const [at, trialId] of trialIds.entries()) {
    const { epoch } = await claimed(c.db, { workerId: 'worker-1', trialId });
    const took = seconds[at] ?? 0;
    const phases = { sample: 0.1 * took, train: 0.4 * took, validate: 0.2 * took, test: 0.1 * took };
    const result = { engine: 'native 0.1.0, cpu', seconds: phases, valid: {}, test: {}, bestStep: 20 };
    await c.db.pool.query(
      `WITH ended AS (UPDATE trial SET state = 'SUCCEEDED', ended_at = clock_timestamp(), result = $2 WHERE id = $1)
       UPDATE attempt
       SET ended_at = started_at + $3 * interval '1 s', outcome = 'SUCCEEDED', engine = 'native 0.1.0, cpu'
       WHERE trial_id = $1 AND epoch = $4`,
      [trialId, JSON.stringify(result), took, epoch],
    );
  }
}

const SPEC = `
name: planned
method: grid
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, T-CE]}
  eps_max: {values: [0.1, 0.2]}
  eps_n: {value: 15}
training: {factors: 8, batch_size: 64, epochs: 2, eval_every: 10, topk: [50]}
seeds: {search: [1, 2]}
`;

const TPE = SPEC.replace('method: grid', 'method: tpe')
  .replace('[0.1, 0.2]', 'unset')
  .replace('eps_max: {values: unset}', 'eps_max: {min: 0.05, max: 0.3}')
  .replace('seeds: {search: [1, 2]}', 'seeds: {search: [1], confirm: {count: 6, base: 50}}')
  .concat('budget: {max_trials_per_stratum: 24}\nearly_terminate: {type: asha, min_steps: 10}\n');

const plan = (c: Tested, spec: string) => ask(c, c.search, 'planSweep', { spec, format: SpecFormat.YAML });

async function submitted(c: Tested, spec: string): Promise<number> {
  const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
  return (await ask(c, c.search, 'submitSweep', request)).sweepId;
}

function known(forecast: Forecast | undefined) {
  const { slotSeconds, wallSeconds } = forecast ?? {};
  if (!forecast || !slotSeconds || !wallSeconds) throw new Error(`is unknown: ${JSON.stringify(forecast)}`);
  expect(forecast.unknownTrials).toBe(0);
  return { ...forecast, slotSeconds, wallSeconds };
}

describe('the plan of a sweep', () => {
  it('lists its configurations and says that nothing was measured yet', async () => {
    const c = await withDataset();
    const { listing, forecast } = await plan(c, SPEC);
    expect(listing).toMatchObject({
      columns: ['loss', 'eps_max'],
      rows: [{ cells: ['CE', ''] }, { cells: ['T-CE', '0.1'] }, { cells: ['T-CE', '0.2'] }],
      seeds: [1, 2],
      more: 0,
      suggested: 0,
    });
    expect(listing?.common).toContainEqual({ name: 'eps_n', value: '15' });
    expect(forecast).toMatchObject({ unknownTrials: 6, slots: 0, usedSlotSeconds: 0 });
    expect(forecast?.slotSeconds).toBeUndefined();
    expect(forecast?.reasons).toEqual([expect.stringContaining('no training of GMF has ended')]);
  });

  it('forecasts hours and finish from what trainings like it took, on the live slots of its pool', async () => {
    const c = await withDataset();
    await measured(c, [10, 11, 12, 13, 20]);
    // CE is measured itself; T-CE, of the same work, is taken from it.
    const forecast = known((await plan(c, SPEC)).forecast);
    expect(forecast.slots).toBe(2);
    expect(forecast.slotSeconds.p50).toBeCloseTo(6 * 12, 6);
    expect(forecast.slotSeconds.p90).toBeCloseTo(6 * 20, 6);
    expect(forecast.wallSeconds.p50).toBeCloseTo(3 * 12, 6);
    expect(forecast.basis).toEqual([
      'tiny, GMF: 5 measured trainings of the same shape on this data set',
      'tiny, GMF: 5 measured trainings on this data set, scaled by samples and width',
    ]);
  });

  it('counts what a search by model will suggest and what it will confirm', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const { listing, forecast, runs, warnings } = await plan(c, TPE);
    expect(runs).toBe(25 + 12);
    expect(listing).toMatchObject({ suggested: 14, more: 14, columns: ['loss', 'eps_max'] });
    expect(listing?.rows).toHaveLength(11);
    expect(known(forecast).slotSeconds.p50).toBeCloseTo(37 * 10, 6);
    expect(forecast?.basis).toContainEqual(expect.stringContaining('as if none were stopped'));
    expect(warnings).toContainEqual({
      path: 'early_terminate',
      message: expect.stringContaining('T-CE is not judged before eps_n 15'),
    });
  });

  it('keeps to budget.max_concurrent and budget.max_wall', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const one = known((await plan(c, `${SPEC}budget: {max_concurrent: 1}`)).forecast);
    expect([one.slots, one.wallSeconds.p50]).toEqual([1, expect.closeTo(60, 6)]);
    const short = known((await plan(c, `${SPEC}budget: {max_wall: 20s}`)).forecast);
    expect(short).toMatchObject({ wallSeconds: { p50: 20, p90: 20 }, slotSeconds: { p50: 40 } });
    expect(short.basis.at(-1)).toContain('budget.max_wall');
  });

  it('has neither list nor forecast when it is refused', async () => {
    const c = await withDataset();
    const refused = await plan(c, SPEC.replace('tiny', 'tinny'));
    expect(refused).toMatchObject({ reason: 'UNKNOWN_DATASET', listing: undefined, forecast: undefined });
  });
});

describe('what was measured', () => {
  it('is the newest of a kind, oldest first, with its threads; what failed is not asked', async () => {
    const c = await withDataset();
    await measured(c, [10, 11, 12]);
    await addSweep(c.db, { size: 2 });
    const kind = { datasetSha256: SHA256, model: 'GMF', loss: 'CE', most: 2 } as const;
    const rows = await measuredTrainings(c.db, [kind, { ...kind, loss: 'R-CE' }]);
    expect(rows.map(({ attemptSeconds, threads, engine }) => [attemptSeconds, threads, engine])).toEqual([
      [11, 1, 'native 0.1.0, cpu'],
      [12, 1, 'native 0.1.0, cpu'],
    ]);
    expect(rows[0]?.config).toEqual(trainingConfig(1));
  });
});

describe('a running sweep', () => {
  const left = async (c: Tested, sweepId: number) =>
    (await ask(c, c.search, 'getSweep', { sweepId })).forecast;

  it('says what is left, and less of it as trials end', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const sweepId = await submitted(c, SPEC);
    expect(known(await left(c, sweepId)).slotSeconds.p50).toBeCloseTo(60, 6);
    const other = await submitted(c, SPEC);
    await c.db.pool.query(
      `UPDATE trial SET state = 'SUCCEEDED', ended_at = clock_timestamp() WHERE sweep_id = $1 AND number <= 4`,
      [other],
    );
    const forecast = known(await left(c, other));
    expect(forecast.slotSeconds.p50).toBeCloseTo(20, 6);
    expect(forecast.wallSeconds.p50).toBeCloseTo(10, 6);
  });

  it('counts what its attempts have used, and goes on at the pace of what runs', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const sweepId = await submitted(c, SPEC);
    const [trial] = await c.db.prisma.trial.findMany({ where: { sweepId }, orderBy: { number: 'asc' } });
    await claimed(c.db, { workerId: 'worker-1', trialId: trial?.id ?? 0 });
    await c.db.pool.query(
      `WITH half AS (UPDATE trial SET last_step = 10, total_steps = 20 WHERE id = $1)
       UPDATE attempt SET started_at = clock_timestamp() - interval '100 s' WHERE trial_id = $1`,
      [trial?.id],
    );
    const forecast = known(await left(c, sweepId));
    // A tenth of the usual pace: the second half takes 100 s, and a test of 1 s.
    expect(forecast.slotSeconds.p50).toBeGreaterThanOrEqual(5 * 10 + 101);
    expect(forecast.slotSeconds.p50).toBeLessThan(5 * 10 + 111);
    expect(forecast.usedSlotSeconds).toBeGreaterThanOrEqual(100);
    expect(forecast.usedSlotSeconds).toBeLessThan(110);
  });

  it('counts what its search is still to suggest and to confirm', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const sweepId = await submitted(c, TPE);
    const forecast = known(await left(c, sweepId));
    expect(forecast.slotSeconds.p50).toBeCloseTo(37 * 10, 6);
  });

  it('forecasts nothing once it was cancelled, also while its last training stops', async () => {
    const c = await withDataset();
    await measured(c, [10, 10, 10]);
    const sweepId = await submitted(c, SPEC);
    const [trial] = await c.db.prisma.trial.findMany({ where: { sweepId }, orderBy: { number: 'asc' } });
    await claimed(c.db, { workerId: 'worker-1', trialId: trial?.id ?? 0 });
    const cancelled = await ask(c, c.search, 'cancelSweep', { sweepId });
    expect(cancelled.counts?.running).toBe(1);
    expect(await left(c, sweepId)).toBeUndefined();
  });

  it('is shown without a forecast where its search cannot be rebuilt', async () => {
    const c = await withDataset();
    const sweepId = await submitted(c, TPE);
    await c.db.pool.query(`UPDATE sweep SET facts = '[]' WHERE id = $1`, [sweepId]);
    const other = await testCoordinator({ databaseUrl: c.databaseUrl, token: c.token });
    const logged = other.nextLog('a sweep has no forecast');
    const sweep = await ask(other, other.search, 'getSweep', { sweepId });
    expect(sweep.summary?.name).toBe('planned');
    expect(sweep.forecast).toBeUndefined();
    expect(await logged).toContain("can't be compiled again");
  });
});
