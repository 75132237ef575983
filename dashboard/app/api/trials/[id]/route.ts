/** The snapshot of one trial: attempts, results, all curves. */
import { noSuch, parseId, respond } from '@/lib/route';
import { trialSnapshot } from '@/lib/snapshots';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const trialId = parseId(id);
  return trialId === null ? noSuch('trial', id) : respond(await trialSnapshot(trialId));
}
