/** A route that changes one row: guarded, its id checked, its answer JSON or problem+json. */
import 'server-only';
import { refuseChange } from './changeGuard';
import type { Answer } from './problem';
import { noSuch, parseId, respond } from './route';

type Context = { params: Promise<{ id: string }> };

/** @param what is said not to exist where the id is none */
export function changeRoute<T>(what: string, change: (id: number) => Promise<Answer<T>>) {
  return async (request: Request, context: Context): Promise<Response> => {
    const refused = refuseChange(request, 'change');
    if (refused) return refused;
    const { id } = await context.params;
    const parsed = parseId(id);
    return parsed === null ? noSuch(what, id) : respond(await change(parsed));
  };
}
