/** Curves of trials in a part of their iterations: `?trials=1,2&metrics=valid/recall@50&from=100&to=200`. */
import { problem, problemResponse } from '@/lib/problem';
import { parseId, respond } from '@/lib/route';
import { getCurves } from '@/lib/search';
import { MAX_CURVES, POINTS_PER_DETAIL } from '@/lib/tunables';
import { snapshotCurve } from '@/live/snapshot';

export async function GET(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const list = (name: string) => (searchParams.get(name) ?? '').split(',').filter((text) => text !== '');
  const trials = list('trials').map(parseId);
  const [from, to] = ['from', 'to'].map((name) => Number(searchParams.get(name) ?? Number.NaN));
  if (trials.length === 0 || trials.length > MAX_CURVES || trials.includes(null))
    return refuse('trials', `must be 1 to ${MAX_CURVES} ids with commas between`);
  if (!isStep(from) || !isStep(to) || from > to) return refuse('from, to', 'must be iterations, from <= to');
  const ids = trials.filter((id) => id !== null);
  const curves = await getCurves(ids, list('metrics'), POINTS_PER_DETAIL, { from, to });
  return respond(curves.ok ? { ok: true, value: curves.value.map(snapshotCurve) } : curves);
}

function isStep(value: number | undefined): value is number {
  return Number.isInteger(value) && value !== undefined && value >= 0 && value < 2 ** 31;
}

function refuse(path: string, message: string): Response {
  return problemResponse(problem(422, 'INVALID_ARGUMENT', 'The input was refused', `${path}: ${message}`));
}
