/** The verdicts of one sweep, and how far its confirmation is. */
import { noSuch, parseId, respond } from '@/lib/route';
import { verdictSnapshot } from '@/lib/verdict';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  const metric = new URL(request.url).searchParams.get('metric') ?? '';
  return sweepId === null ? noSuch('sweep', id) : respond(await verdictSnapshot(sweepId, metric));
}
