/** What every API route shares: ids from paths, answers as JSON or problem+json. */
import 'server-only';
import { type Answer, problem, problemResponse } from './problem';

export function respond<T>(answer: Answer<T>, status = 200): Response {
  if (!answer.ok) return problemResponse(answer.problem);
  return Response.json(answer.value, { status, headers: { 'cache-control': 'no-store' } });
}

/** A row id from a path: 1 to 2^31 - 1, else null. */
export function parseId(text: string): number | null {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : null;
}

export function noSuch(what: string, id: string): Response {
  return problemResponse(problem(404, 'NOT_FOUND', 'Not found', `There is no ${what} ${id.slice(0, 32)}.`));
}
