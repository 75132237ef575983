/** Trades a one-time login code for a session cookie. */
import { z } from 'zod';
import { problem, problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { refuseCrossSite } from '@/lib/route';
import { signIn } from '@/lib/session';

const body = z.strictObject({ code: z.string().min(1).max(500) });

export async function POST(request: Request): Promise<Response> {
  const crossSite = refuseCrossSite(request);
  if (crossSite) return crossSite;
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  if (await signIn(read.value.code)) return new Response(null, { status: 204 });
  return problemResponse(
    problem(401, 'STALE_CODE', 'This link no longer works', 'A link signs in once, within 24 hours.'),
  );
}
