/** The trials table over gRPC: every order and filter against the same thing done by hand; pages under inserts; refusals. */

import { FIELDS } from '@adt/coordinator/store/table/fields';
import { FilterOp, type TableRow, type TrialView } from '@adt/proto/gen/adt/v1/table';
import { beforeAll, describe, expect, it } from 'vitest';
import { seedSweep } from '../bench/dashboard/seedSweep.js';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';

const TRIALS = 240;

let c: TestCoordinator;
let sweepId: number;

beforeAll(async () => {
  c = await testCoordinator();
  sweepId = await seedSweep(c.db, { trials: TRIALS, points: 0 });
});

const viewOf = (view: Partial<TrialView> = {}): TrialView => ({
  sweepId,
  filter: [],
  sort: '',
  descending: false,
  groupSeeds: false,
  ...view,
});
const term = (field: string, op: FilterOp, ...values: (string | number)[]) => ({
  field,
  op,
  values: values.map(String),
});
const query = (view: TrialView, cursor = '', limit = 100) =>
  ask(c, c.search, 'queryTrials', { view, limit, cursor });
const measure = (view: TrialView, every = 0, ranges: string[] = []) =>
  ask(c, c.search, 'measureTrials', { view, every, ranges });

/** Every page of a view. */
async function allRows(view: TrialView, limit = 100): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  let cursor = '';
  do {
    const page = await query(view, cursor, limit);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return rows;
}

const STATES = ['RUNNING', 'QUEUED', 'FAILED', 'CANCELLED', 'PRUNED', 'SUCCEEDED'];

function keyOf(row: TableRow, field: string): number | string | undefined {
  const { config } = row;
  const own: Record<string, number | string | undefined> = {
    number: row.number,
    state: STATES.indexOf(row.state.replace('TRIAL_STATE_', '')),
    phase: row.confirms ? 'CONFIRM' : 'SEARCH',
    dataset: config?.dataset,
    model: config?.model,
    loss: config?.loss,
    seed: config?.seed,
    best_value: row.bestValue,
    ndcg: row.ndcg,
    epsilon_at_best: row.epsilonAtBest,
    best_step: row.bestStep,
    last_step: row.lastStep,
    attempts: row.attempts,
    duration: row.duration,
    worker: row.worker || undefined,
  };
  if (field in own) return own[field];
  const parameters: Record<string, unknown> = { ...config };
  const value = parameters[field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())];
  return typeof value === 'number' ? value : undefined;
}

function inOrder(rows: TableRow[], field: string, descending: boolean): number[] {
  const sign = descending ? -1 : 1;
  return rows
    .toSorted((a, b) => {
      const [x, y] = [keyOf(a, field), keyOf(b, field)];
      if (x === undefined || y === undefined)
        return Number(x === undefined) - Number(y === undefined) || sign * (a.number - b.number);
      return sign * (x < y ? -1 : x > y ? 1 : a.number - b.number);
    })
    .map(({ number }) => number);
}

const numbers = (rows: readonly TableRow[]) => rows.map(({ number }) => number);

describe('the trials table', { timeout: 120_000 }, () => {
  it('comes in the order of any column, both ways, absent values last, each trial once', async () => {
    const rows = await allRows(viewOf({ sort: 'number' }));
    expect(rows).toHaveLength(TRIALS);
    for (const sort of FIELDS.keys()) {
      for (const descending of [false, true]) {
        const got = await allRows(viewOf({ sort, descending }));
        expect(numbers(got), `${sort} ${descending}`).toEqual(inOrder(rows, sort, descending));
      }
    }
  });

  it('shows the best first when no order is asked for', async () => {
    const rows = await allRows(viewOf());
    expect(numbers(rows)).toEqual(inOrder(rows, 'best_value', true));
  });

  it('computes ε at the best step as the training does', async () => {
    const rows = await allRows(viewOf());
    for (const { config, bestStep, epsilonAtBest } of rows) {
      const { epsMax, epsN } = config ?? {};
      const known = epsMax !== undefined && epsN !== undefined && bestStep !== undefined;
      if (known) expect(epsilonAtBest).toBeCloseTo(epsMax * Math.min(bestStep / epsN, 1), 12);
      else expect(epsilonAtBest).toBeUndefined();
    }
  });

  it('keeps the trials for which every condition holds', async () => {
    const rows = await allRows(viewOf());
    const cases: [TrialView['filter'], (row: TableRow) => boolean][] = [
      [[term('loss', FilterOp.IN, 'T-CE', 'CE')], ({ config }) => config?.loss !== 'R-CE'],
      [[term('eps_max', FilterOp.AT_LEAST, 0.2)], ({ config }) => (config?.epsMax ?? -1) >= 0.2],
      [[term('eps_max', FilterOp.ABSENT)], ({ config }) => config?.epsMax === undefined],
      [[term('eps_n', FilterOp.NOT_IN, 1000)], ({ config }) => config?.epsN !== 1000],
      [[term('state', FilterOp.IN, 'FAILED', 'PRUNED')], ({ state }) => /FAILED|PRUNED/.test(state)],
      [[term('worker', FilterOp.CONTAINS, 'R-001')], ({ worker }) => worker.includes('r-001')],
      [[term('ndcg', FilterOp.MORE, 0.04)], ({ ndcg }) => (ndcg ?? 0) > 0.04],
      [[term('attempts', FilterOp.LESS, 0.5)], ({ attempts }) => attempts === 0],
      [
        [
          term('loss', FilterOp.IN, 'T-CE'),
          term('best_value', FilterOp.AT_MOST, 0.08),
          term('model', FilterOp.NOT_IN, 'GMF'),
        ],
        ({ config, bestValue }) =>
          config?.loss === 'T-CE' && (bestValue ?? 1) <= 0.08 && config.model !== 'GMF',
      ],
    ];
    for (const [filter, holds] of cases) {
      const kept = rows.filter(holds);
      expect(kept.length, JSON.stringify(filter)).toBeGreaterThan(0);
      expect(numbers(await allRows(viewOf({ filter })))).toEqual(numbers(kept));
      expect(await measure(viewOf({ filter }))).toMatchObject({ rows: kept.length, trials: kept.length });
    }
  });

  it('groups seeds: mean, deviation and count of those that are measured', async () => {
    const filter = [term('loss', FilterOp.IN, 'T-CE')];
    const trials = await allRows(viewOf({ filter }));
    const groups = await allRows(
      viewOf({ filter, groupSeeds: true, sort: 'best_value', descending: true }),
      7,
    );
    const keys = new Map<string, TableRow[]>();
    for (const row of trials) {
      const key = JSON.stringify({ ...row.config, seed: 0 });
      keys.set(key, [...(keys.get(key) ?? []), row]);
    }
    expect(groups).toHaveLength(keys.size);
    expect(await measure(viewOf({ filter, groupSeeds: true }))).toMatchObject({
      rows: keys.size,
      trials: trials.length,
    });
    for (const { config, bestValue, group, attempts } of groups) {
      const members = keys.get(JSON.stringify({ ...config, seed: 0 })) ?? [];
      const values = members.flatMap((member) => member.bestValue ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      expect(group?.trials).toBe(members.length);
      expect(group?.measured).toBe(values.length);
      expect(new Set(group?.trialIds)).toEqual(new Set(members.map(({ trialId }) => trialId)));
      expect(attempts).toBe(members.reduce((sum, member) => sum + member.attempts, 0));
      if (values.length > 0) expect(bestValue).toBeCloseTo(mean, 9);
      if (values.length > 1) expect(group?.bestSd).toBeCloseTo(Math.sqrt(variance), 9);
    }
    const means = groups.flatMap(({ bestValue }) => bestValue ?? []);
    expect(means).toEqual(means.toSorted((a, b) => b - a));
  });

  it('groups in the order of any column', async () => {
    const all = await allRows(viewOf({ groupSeeds: true }));
    for (const sort of FIELDS.keys()) {
      const rows = await allRows(viewOf({ groupSeeds: true, sort }), 30);
      expect(new Set(numbers(rows)), sort).toEqual(new Set(numbers(all)));
    }
  });

  it('gives anchors from which pages go on as if one had scrolled there', async () => {
    for (const view of [
      viewOf({ sort: 'eps_max' }),
      viewOf({ sort: 'loss', descending: true, groupSeeds: true }),
    ]) {
      const rows = await allRows(view);
      const { anchors } = await measure(view, 50);
      expect(anchors).toHaveLength(Math.floor(rows.length / 50));
      for (const [at, anchor] of anchors.entries()) {
        const page = await query(view, anchor, 50);
        expect(numbers(page.rows)).toEqual(numbers(rows.slice((at + 1) * 50, (at + 2) * 50)));
      }
    }
  });

  it('tells between which values a column lies', async () => {
    const rows = await allRows(viewOf());
    const values = rows.flatMap(({ config }) => config?.epsMax ?? []);
    const { ranges } = await measure(viewOf(), 0, ['eps_max', 'nr_fp_weight']);
    expect(ranges).toEqual([
      { field: 'eps_max', least: Math.min(...values), greatest: Math.max(...values) },
      { field: 'nr_fp_weight', least: undefined, greatest: undefined },
    ]);
  });

  it('goes on behind the last row when trials are added before it meanwhile', async () => {
    const view = viewOf({ sort: 'best_value', descending: true });
    const first = await query(view, '', 100);
    const expected = numbers((await query(view, first.nextCursor, 100)).rows);
    await c.db.pool.query(
      `INSERT INTO trial (sweep_id, number, config, config_hash, seed, max_failures, best_value)
       SELECT sweep_id, number + 10000, config, config_hash, seed + 1000, 0, 0.9 FROM trial WHERE number <= 5`,
    );
    expect(numbers((await query(view, first.nextCursor, 100)).rows)).toEqual(expected);
    await c.db.pool.query('DELETE FROM trial WHERE number > 10000');
  });

  it('refuses what is no view, with the path of what is off', async () => {
    const refused = async (view: Partial<TrialView>, cursor = '') =>
      (await refusalOf(query(viewOf(view), cursor))).info?.violations[0]?.path;
    const filter = (field: string, op: FilterOp, ...values: string[]) =>
      refused({ filter: [term(field, op, ...values)] });
    expect(await refused({ sort: 'id; DROP TABLE trial' })).toBe('view.sort');
    expect(await filter('config', FilterOp.IN, 'x')).toBe('view.filter[0].field');
    expect(await filter('lr', FilterOp.UNSPECIFIED, '1')).toBe('view.filter[0].op');
    expect(await filter('lr', FilterOp.CONTAINS, '1')).toBe('view.filter[0].op');
    expect(await filter('loss', FilterOp.LESS, 'CE')).toBe('view.filter[0].op');
    expect(await filter('state', FilterOp.IN, 'RUNING')).toBe('view.filter[0].values[0]');
    expect(await filter('lr', FilterOp.MORE, 'Infinity')).toBe('view.filter[0].values[0]');
    expect(await filter('lr', FilterOp.MORE)).toBe('view.filter[0].values');
    expect(await filter('lr', FilterOp.PRESENT, '1')).toBe('view.filter[0].values');
    expect(await refused({}, 'bm90IGpzb24')).toBe('cursor');
    const { nextCursor } = await query(viewOf({ sort: 'lr' }));
    expect(await refused({ sort: 'beta' }, nextCursor)).toBe('cursor');
    expect((await refusalOf(query(viewOf({ sweepId: 999 })))).status).toBe('NOT_FOUND');
    expect((await refusalOf(measure(viewOf(), 0, ['loss']))).info?.violations[0]?.path).toBe('ranges[0]');
    expect(
      (
        await refusalOf(
          ask({ token: 'x'.repeat(40) }, c.search, 'queryTrials', { view: viewOf(), limit: 1, cursor: '' }),
        )
      ).status,
    ).toBe('UNAUTHENTICATED');
  });
});
