/** A page of the trials table. */

import { TABLE_BLOCK } from '@/components/trials/rowWindow';
import { parseView } from '@/components/trials/view';
import { noSuch, parseId, respond } from '@/lib/route';
import { trialPage } from '@/lib/trialTable';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const query = new URL(request.url).searchParams;
  const page = { cursor: query.get('cursor') ?? '', limit: TABLE_BLOCK };
  return respond(await trialPage(sweepId, parseView(query), page));
}
