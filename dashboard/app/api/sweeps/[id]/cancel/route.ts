/** Cancels a sweep; a repeat changes nothing. */
import { noSuch, parseId, refuseCrossSite, respond } from '@/lib/route';
import { cancelSweep } from '@/lib/search';

type Context = { params: Promise<{ id: string }> };

export async function POST(request: Request, context: Context): Promise<Response> {
  const crossSite = refuseCrossSite(request);
  if (crossSite) return crossSite;
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await cancelSweep(sweepId));
}
