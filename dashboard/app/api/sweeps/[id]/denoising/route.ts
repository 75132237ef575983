/** The series of a few trials: `?on=data set · model&trials=1,2`; without them the best of each loss. */
import { choiceOf } from '@/components/denoising/denoisingSnapshot';
import { denoisingSnapshot } from '@/lib/denoising';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  const choice = choiceOf(new URL(request.url).searchParams);
  return sweepId === null ? noSuch('sweep', id) : respond(await denoisingSnapshot(sweepId, choice));
}
