/** A sweep without its trials: what a page that shows them by pages starts from. */
import { noSuch, parseId, respond } from '@/lib/route';
import { getSweep } from '@/lib/search';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await getSweep(sweepId));
}
