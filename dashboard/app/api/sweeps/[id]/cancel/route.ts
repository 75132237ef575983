/** Cancels a sweep; a repeat changes nothing. */
import { refuseChange } from '@/lib/changeGuard';
import { noSuch, parseId, respond } from '@/lib/route';
import { cancelSweep } from '@/lib/search';

type Context = { params: Promise<{ id: string }> };

export async function POST(request: Request, context: Context): Promise<Response> {
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await cancelSweep(sweepId));
}
