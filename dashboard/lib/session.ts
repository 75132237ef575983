/** Who is signed in: one-time login codes in, a signed session cookie out. */
import 'server-only';
import { checkTicket, LIVE_TICKET, LOGIN_TICKET, mintTicket, SESSION_TICKET } from '@adt/proto/token';
import { cookies, headers } from 'next/headers';
import { dashboardEnv } from './env';
import { LIVE_TICKET_LIFETIME_MS, SESSION_LIFETIME_MS } from './tunables';

const COOKIE = 'adt_session';

// Route handlers may live in several bundles of one process: what must be one of a kind hangs on globalThis.
const held = globalThis as { adtUsedCodes?: Map<string, number> };

/** Nonces of login codes that were used, and when they expire anyway. */
function usedCodes(): Map<string, number> {
  held.adtUsedCodes ??= new Map();
  return held.adtUsedCodes;
}

export async function hasSession(): Promise<boolean> {
  const cookie = (await cookies()).get(COOKIE)?.value;
  return cookie !== undefined && checkTicket(dashboardEnv().ADT_TOKEN, SESSION_TICKET, cookie) !== null;
}

/** Turns a login code into a session. False: forged, expired, of another start of the platform, or used. */
export async function signIn(code: string): Promise<boolean> {
  const nonce = checkTicket(dashboardEnv().ADT_LOGIN_KEY, LOGIN_TICKET, code);
  if (nonce === null || usedCodes().has(nonce)) return false;
  forgetExpiredCodes();
  usedCodes().set(nonce, Number(code.split('.')[1]));
  (await cookies()).set(COOKIE, mintTicket(dashboardEnv().ADT_TOKEN, SESSION_TICKET, SESSION_LIFETIME_MS), {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: SESSION_LIFETIME_MS / 1000,
    secure: (await headers()).get('x-forwarded-proto') === 'https',
  });
  return true;
}

export async function signOut(): Promise<void> {
  (await cookies()).delete(COOKIE);
}

/** For one socket.io handshake. */
export function mintLiveTicket(): string {
  return mintTicket(dashboardEnv().ADT_TOKEN, LIVE_TICKET, LIVE_TICKET_LIFETIME_MS);
}

function forgetExpiredCodes(): void {
  const codes = usedCodes();
  for (const [nonce, expiresMs] of codes) if (expiresMs <= Date.now()) codes.delete(nonce);
}
