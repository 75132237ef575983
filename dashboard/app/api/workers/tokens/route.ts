/** Makes a worker's token, shown in the answer this once: 409 where the name has one that still holds. */
import { z } from 'zod';
import { createWorkerToken } from '@/lib/actions';
import { refuseChange } from '@/lib/changeGuard';
import { problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { respond } from '@/lib/route';

const DAY_MS = 86_400_000;

const body = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 of a-z 0-9 -'),
  pool: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z 0-9 -')
    .optional(),
  /** Days that it opens anything. */
  days: z.int().min(1).max(365),
});

export async function POST(request: Request): Promise<Response> {
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  const { name, pool, days } = read.value;
  return respond(await createWorkerToken({ name, pool, lifetimeMs: days * DAY_MS }), 201);
}
