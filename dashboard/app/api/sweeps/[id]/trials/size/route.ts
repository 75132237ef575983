/** How many rows a view of the trials table has, anchors into it, and the ends of its heat map's scales. */
import { TABLE_BLOCK } from '@/components/trials/rowWindow';
import { parseView } from '@/components/trials/view';
import { noSuch, parseId, respond } from '@/lib/route';
import { measureView } from '@/lib/trialTable';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  return respond(await measureView(sweepId, parseView(new URL(request.url).searchParams), TABLE_BLOCK));
}
