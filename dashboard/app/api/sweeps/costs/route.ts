/** What sweeps have cost and will: `?ids=1,2,3`, at most 100. */
import { sweepCosts } from '@/lib/actions';
import { problem, problemResponse } from '@/lib/problem';
import { parseId, respond } from '@/lib/route';

const MOST = 100;

export async function GET(request: Request): Promise<Response> {
  const texts = (new URL(request.url).searchParams.get('ids') ?? '').split(',');
  const ids = texts.map(parseId).filter((id) => id !== null);
  if (ids.length === texts.length && ids.length <= MOST) return respond(await sweepCosts(ids));
  const detail = `ids must be 1 to ${MOST} numbers of sweeps with commas between.`;
  return problemResponse(problem(422, 'INVALID_ARGUMENT', 'The input was refused', detail));
}
