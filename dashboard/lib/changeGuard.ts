/** What stands before every POST: it comes from our own page, and not too often. */
import 'server-only';
import { problem, problemResponse } from './problem';
import { type Rate, RateLimit } from './rateLimit';
import { isSameOrigin, PEER_HEADER } from './requestGuard';
import { CHANGE_RATE, LOGIN_RATE, PLAN_RATE } from './tunables';

const RATES = { login: LOGIN_RATE, change: CHANGE_RATE, plan: PLAN_RATE } satisfies Record<string, Rate>;

export type ChangeKind = keyof typeof RATES;

// One of a kind for all bundles of the process, as the session's maps.
const held = globalThis as { adtRateLimits?: Record<ChangeKind, RateLimit> };

function limits(): Record<ChangeKind, RateLimit> {
  held.adtRateLimits ??= {
    login: new RateLimit(RATES.login),
    change: new RateLimit(RATES.change),
    plan: new RateLimit(RATES.plan),
  };
  return held.adtRateLimits;
}

/** A sign-in that succeeded was no guess: only those that fail are to be few. */
export function forgive(request: Request, kind: ChangeKind): void {
  limits()[kind].giveBack(request.headers.get(PEER_HEADER) ?? '');
}

/** The refusal of a POST, or null when it may go on: 403 `CSRF` from elsewhere, 429 `TOO_OFTEN` with Retry-After. */
export function refuseChange(request: Request, kind: ChangeKind): Response | null {
  if (!isSameOrigin(request.headers)) {
    return problemResponse(
      problem(403, 'CSRF', 'Cross-site request', 'Changes are accepted only from the dashboard’s own pages.'),
    );
  }
  const waitMs = limits()[kind].take(request.headers.get(PEER_HEADER) ?? '');
  if (waitMs === 0) return null;
  const retryAfterS = Math.ceil(waitMs / 1000);
  const detail = `The next one is taken in ${retryAfterS} s.`;
  return problemResponse({ ...problem(429, 'TOO_OFTEN', 'Too many requests', detail), retryAfterS });
}
