/** The list of sweeps, and submitting one. */

import { z } from 'zod';
import { refuseChange } from '@/lib/changeGuard';
import { problem, problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { respond } from '@/lib/route';
import { submitSweep } from '@/lib/search';
import { sweepsSnapshot } from '@/lib/snapshots';

const MAX_ID = 2 ** 31 - 1;

const body = z.strictObject({
  spec: z.string().min(1),
  /** A sweep whose finished trainings are taken over. */
  extends: z.int().min(1).max(MAX_ID).optional(),
});
const KEY = /^[\w-]{8,100}$/;

export async function GET(request: Request): Promise<Response> {
  return respond(await sweepsSnapshot(new URL(request.url).searchParams.get('cursor') ?? ''));
}

export async function POST(request: Request): Promise<Response> {
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  const key = request.headers.get('idempotency-key') ?? '';
  if (!KEY.test(key)) {
    const detail = 'Send the header Idempotency-Key with 8 to 100 of A-Z a-z 0-9 _ -.';
    return problemResponse(problem(400, 'NO_IDEMPOTENCY_KEY', 'No idempotency key', detail));
  }
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  return respond(await submitSweep(read.value.spec, key, read.value.extends ?? null), 201);
}
