/** A route that drains a worker or lets it go on. */
import 'server-only';
import { setDraining } from './actions';
import { refuseChange } from './changeGuard';
import { noSuch, respond } from './route';

const WORKER_ID = /^[a-z0-9-]{8,64}$/;

type Context = { params: Promise<{ id: string }> };

export function workerRoute(drain: boolean) {
  return async (request: Request, context: Context): Promise<Response> => {
    const refused = refuseChange(request, 'change');
    if (refused) return refused;
    const { id } = await context.params;
    return WORKER_ID.test(id) ? respond(await setDraining(id, drain)) : noSuch('worker', id);
  };
}
