/** Trades a one-time login code for a session cookie. */

import { z } from 'zod';
import { forgive, refuseChange } from '@/lib/changeGuard';
import { problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { signIn } from '@/lib/session';

const body = z.strictObject({ code: z.string().min(1).max(500) });

export async function POST(request: Request): Promise<Response> {
  const refused = refuseChange(request, 'login');
  if (refused) return refused;
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  const signedIn = await signIn(read.value.code);
  if (!signedIn.ok) return problemResponse(signedIn.problem);
  forgive(request, 'login');
  return new Response(null, { status: 204 });
}
