/** The gate that every question of a browser to the coordinator goes through. */
import 'server-only';
import type { AccessServiceClient } from '@adt/proto/gen/adt/v1/access';
import type { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { callCoordinator, type Unary } from './clients';
import { type Answer, problem } from './problem';
import { readSession } from './session';

export const NOT_SIGNED_IN = problem(
  401,
  'NOT_SIGNED_IN',
  'Not signed in',
  'Get a new link with `npx adt login`.',
);

/**
 * Calls the coordinator for a signed-in browser. The session is checked here, beside the data, so that a page
 * or route that forgets to check cannot leak anything.
 */
export async function ask<Request, Reply>(
  method: (client: SearchServiceClient) => Unary<Request, Reply>,
  request: Request,
  deadlineMs: number,
): Promise<Answer<Reply>> {
  const session = await readSession();
  if (session.kind === 'closed') return { ok: false, problem: NOT_SIGNED_IN };
  if (session.kind === 'unknown') return { ok: false, problem: session.problem };
  return callCoordinator('search', method, request, deadlineMs);
}

/** The same for what the dashboard may ask of AccessService on behalf of whoever is signed in. */
export async function askAccess<Request, Reply>(
  method: (client: AccessServiceClient) => Unary<Request, Reply>,
  request: Request,
  deadlineMs: number,
): Promise<Answer<Reply>> {
  const session = await readSession();
  if (session.kind === 'closed') return { ok: false, problem: NOT_SIGNED_IN };
  if (session.kind === 'unknown') return { ok: false, problem: session.problem };
  return callCoordinator('access', method, request, deadlineMs);
}
