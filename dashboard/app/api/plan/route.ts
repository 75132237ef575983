/** Checks a sweep and counts what it would run, writing nothing. */
import { z } from 'zod';
import { problemResponse } from '@/lib/problem';
import { readJson } from '@/lib/requestBody';
import { refuseCrossSite, respond } from '@/lib/route';
import { planSweep } from '@/lib/search';

const body = z.strictObject({ spec: z.string() });

export async function POST(request: Request): Promise<Response> {
  const crossSite = refuseCrossSite(request);
  if (crossSite) return crossSite;
  const read = await readJson(request, body);
  if (!read.ok) return problemResponse(read.problem);
  return respond(await planSweep(read.value.spec));
}
