/** A sweep and its trials, without curves. */
import { noSuch, parseId, respond } from '@/lib/route';
import { sweepRows } from '@/lib/snapshots';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await sweepRows(sweepId));
}
