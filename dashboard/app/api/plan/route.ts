/** Checks a sweep and counts what it would run, writing nothing. */

import { z } from 'zod';
import { refuseChange } from '@/lib/changeGuard';
import { problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { respond } from '@/lib/route';
import { planSweep } from '@/lib/search';

const body = z.strictObject({ spec: z.string() });

export async function POST(request: Request): Promise<Response> {
  const refused = refuseChange(request, 'plan');
  if (refused) return refused;
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  return respond(await planSweep(read.value.spec));
}
