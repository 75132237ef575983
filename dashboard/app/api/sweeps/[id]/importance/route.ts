/** Which parameters matter: `?target=metric` (default) or `duration`. */
import { getImportance } from '@/lib/analysis';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  const target = new URL(request.url).searchParams.get('target') === 'duration' ? 'duration' : 'metric';
  return sweepId === null ? noSuch('sweep', id) : respond(await getImportance(sweepId, target));
}
