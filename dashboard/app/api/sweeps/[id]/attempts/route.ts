/** The attempts at a sweep's trials, newest first. */
import { listAttempts } from '@/lib/analysis';
import { noSuch, parseId, respond } from '@/lib/route';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  return sweepId === null ? noSuch('sweep', id) : respond(await listAttempts(sweepId));
}
