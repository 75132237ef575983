/** Chosen trials of one sweep with their curves. */
import { readTrialIds } from '@/components/compare/snapshot';
import { compareSnapshot } from '@/lib/compare';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const query = new URL(request.url).searchParams;
  const trialIds = readTrialIds(query.get('trials') ?? '');
  return respond(await compareSnapshot({ sweepId, trialIds, metric: query.get('metric') ?? '' }));
}
