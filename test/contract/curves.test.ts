/** Curves as Postgres thins them: what a chart needs of a hundred thousand points, and no more. */
import { canonicalCurves } from '@adt/coordinator/store/curves';
import type { Database } from '@adt/prisma/client';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { addWorker, openTestDatabase, running } from './trials.js';

type Values = readonly (number | null)[];

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  await addWorker(db);
  await db.pool.query(`INSERT INTO metric (name) VALUES ('m'), ('n')`);
});

/** A trial whose metric has these values at steps 10, 20, … */
async function stored(values: Values, metric = 'm', lease?: { trialId: number; epoch: number }) {
  const { trialId, epoch } = lease ?? (await running(db));
  await db.pool.query(
    `INSERT INTO metric_point (trial_id, epoch, seq, step, metric_id, value)
     SELECT $1, $2, p.place + (SELECT coalesce(max(seq), 0) FROM metric_point WHERE trial_id = $1), 10 * p.place, m.id, p.value
     FROM unnest($3::float8[]) WITH ORDINALITY AS p(value, place), metric m WHERE m.name = $4`,
    [trialId, epoch, values, metric],
  );
  return { trialId, epoch };
}

/** The same thinning, written plainly: ends, and of each bucket its first lowest and first highest. */
function thinned(values: Values, maxPoints: number): number[] {
  if (values.length <= maxPoints) return [...values.keys()];
  const last = values.length - 1;
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / 2));
  const kept = new Set([0, last]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (last - 1)) / buckets);
    const to = 1 + Math.floor(((bucket + 1) * (last - 1)) / buckets);
    const places = Array.from({ length: to - from }, (_, at) => from + at);
    const finite = places.filter((at) => values[at] !== null);
    const by = (sign: number) => (a: number, b: number) =>
      sign * ((values[a] ?? 0) - (values[b] ?? 0)) || a - b;
    kept.add(finite.sort(by(1))[0] ?? from).add(finite.sort(by(-1))[0] ?? from);
  }
  return [...kept].sort((a, b) => a - b);
}

describe('the curves of trials', () => {
  it('keep ends, extremes and holes of every bucket, and invent nothing', async () => {
    const values = fc.array(fc.option(fc.integer({ min: -9, max: 9 }), { freq: 4 }), {
      minLength: 1,
      maxLength: 150,
    });
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 4, max: 60 }), async (series, maxPoints) => {
        const { trialId } = await stored(series);
        const { curves } = await canonicalCurves(db, { trialIds: [trialId], metrics: ['m'], maxPoints });
        const [curve] = curves;
        const kept = thinned(series, maxPoints);
        expect(curve?.steps).toEqual(kept.map((at) => 10 * (at + 1)));
        expect(curve?.values).toEqual(kept.map((at) => series[at]));
        expect(kept.length).toBeLessThanOrEqual(maxPoints);
      }),
      { numRuns: 60 },
    );
  });

  it('keep a single spike in a hundred thousand points', async () => {
    const values = Array.from({ length: 100_000 }, (_, at) => (at === 77_777 ? 9 : Math.sin(at / 1e4)));
    const { trialId } = await stored(values);
    const { curves } = await canonicalCurves(db, { trialIds: [trialId], metrics: [], maxPoints: 1_000 });
    const [curve] = curves;
    expect(curve?.values[curve.steps.indexOf(777_780)]).toBe(9);
    expect(curve?.steps.length).toBeLessThanOrEqual(1_000);
  });

  it('come a metric at a time, all of them where none is named, in the order of the trials', async () => {
    const first = await stored([1, 2]);
    await stored([5], 'n', first);
    const second = await stored([3]);
    const asked = [second.trialId, first.trialId];
    const all = await canonicalCurves(db, { trialIds: asked, metrics: [] });
    const names = all.curves.map(({ trialId, metric }) => `${trialId} ${metric}`);
    expect(names).toEqual([`${first.trialId} m`, `${first.trialId} n`, `${second.trialId} m`]);
    const named = await canonicalCurves(db, { trialIds: asked, metrics: ['n'] });
    expect(named).toEqual({
      curves: [{ trialId: first.trialId, metric: 'n', steps: [10], values: [5] }],
      gaps: [],
    });
  });

  it('show a part of the iterations in as many points as else the whole', async () => {
    const values = Array.from({ length: 10_000 }, (_, at) => (at === 4_320 ? null : at % 7));
    const { trialId } = await stored(values);
    const asked = { trialIds: [trialId], metrics: ['m'], maxPoints: 100 };
    const part = await canonicalCurves(db, { ...asked, minStep: 43_200, maxStep: 43_300 });
    const [curve] = part.curves;
    // Eleven points, so that none is thinned away; the hole among them.
    expect(curve?.steps).toEqual([
      43_200, 43_210, 43_220, 43_230, 43_240, 43_250, 43_260, 43_270, 43_280, 43_290, 43_300,
    ]);
    expect(curve?.values).toEqual(values.slice(4_319, 4_330));
    expect(curve?.values[1]).toBeNull();
    const open = await canonicalCurves(db, { ...asked, minStep: 90_010 });
    expect(open.curves[0]?.steps[0]).toBe(90_010);
    expect(open.curves[0]?.steps.at(-1)).toBe(100_000);
    expect(open.curves[0]?.steps.length).toBeLessThanOrEqual(100);
  });
});
