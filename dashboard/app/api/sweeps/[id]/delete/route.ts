/** What deleting a sweep would take away (GET), and deleting it (POST): 409 until it has ended. */
import { deleteSweep } from '@/lib/actions';
import { changeRoute } from '@/lib/changeRoute';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await deleteSweep(sweepId, true));
}

export const POST = changeRoute('sweep', (sweepId) => deleteSweep(sweepId, false));
