/** What is still to be done; `forecast` is absent once the sweep has ended. */
import { noSuch, parseId, respond } from '@/lib/route';
import { getSweep } from '@/lib/search';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const sweep = await getSweep(sweepId);
  return respond(sweep.ok ? { ok: true, value: { forecast: sweep.value.forecast } } : sweep);
}
