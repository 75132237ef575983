/** The snapshot of one sweep: summary, trials, objective curves. */
import { noSuch, parseId, respond } from '@/lib/route';
import { sweepSnapshot } from '@/lib/snapshots';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await sweepSnapshot(sweepId));
}
