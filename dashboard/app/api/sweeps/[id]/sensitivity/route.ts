/** How the metric depends on ε_max, ε_N and β: `?metric=` (empty: the objective) and `?others=fixed` (default) or `best`. */
import { getSensitivity } from '@/lib/analysis';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  const { searchParams } = new URL(request.url);
  const others = searchParams.get('others') === 'best' ? 'best' : 'fixed';
  const metric = searchParams.get('metric') ?? '';
  return sweepId === null ? noSuch('sweep', id) : respond(await getSensitivity(sweepId, metric, others));
}
