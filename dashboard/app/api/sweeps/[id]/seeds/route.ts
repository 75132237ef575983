/** Confirms what a sweep has chosen on more seeds: a new sweep that extends it. */
import { z } from 'zod';
import { refuseChange } from '@/lib/changeGuard';
import { problem, problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { noSuch, parseId, respond } from '@/lib/route';
import { addSeeds } from '@/lib/verdict';

type Context = { params: Promise<{ id: string }> };

const body = z.strictObject({ seeds: z.int().min(1).max(100) });
const KEY = /^[\w-]{8,100}$/;

export async function POST(request: Request, context: Context): Promise<Response> {
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const key = request.headers.get('idempotency-key') ?? '';
  if (!KEY.test(key)) {
    const detail = 'Send the header Idempotency-Key with 8 to 100 of A-Z a-z 0-9 _ -.';
    return problemResponse(problem(400, 'NO_IDEMPOTENCY_KEY', 'No idempotency key', detail));
  }
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  return respond(await addSeeds(sweepId, read.value.seeds, key), 201);
}
