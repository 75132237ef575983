/**
 * Who is signed in: one-time login codes in, a session cookie out. The cookie is signed, and its session must be open
 * in the coordinator's database: signing out ends it wherever the cookie may have been copied to.
 */
import 'server-only';
import { checkTicket, LIVE_TICKET, LOGIN_TICKET, mintTicket, SESSION_TICKET } from '@adt/proto/token';
import { cookies, headers } from 'next/headers';
import { callCoordinator } from './clients';
import { dashboardEnv } from './env';
import { type Answer, type Problem, problem } from './problem';
import {
  LIVE_TICKET_LIFETIME_MS,
  MAX_SESSIONS_KNOWN,
  READ_DEADLINE_MS,
  SESSION_FRESH_MS,
  SESSION_LIFETIME_MS,
} from './tunables';

export type Session = { kind: 'open' } | { kind: 'closed' } | { kind: 'unknown'; problem: Problem };

// Route handlers may live in several bundles of one process: what must be one of a kind hangs on globalThis.
const held = globalThis as { adtUsedCodes?: Map<string, number>; adtOpenSessions?: Map<string, number> };

/** Nonces of login codes that were used, and when they expire anyway. */
function usedCodes(): Map<string, number> {
  held.adtUsedCodes ??= new Map();
  return held.adtUsedCodes;
}

/** Sessions that were open when last asked, and until when that is believed. */
function openSessions(): Map<string, number> {
  held.adtOpenSessions ??= new Map();
  return held.adtOpenSessions;
}

/** `unknown`: the cookie is genuine, and nobody can be asked whether its session was ended. */
export async function readSession(): Promise<Session> {
  const sessionId = await genuineSessionId();
  if (sessionId === null) return { kind: 'closed' };
  if ((openSessions().get(sessionId) ?? 0) > performance.now()) return { kind: 'open' };
  const answer = await callCoordinator('access', (c) => c.checkSession, { sessionId }, READ_DEADLINE_MS);
  if (!answer.ok) return { kind: 'unknown', problem: answer.problem };
  if (!answer.value.open) return { kind: 'closed' };
  if (openSessions().size >= MAX_SESSIONS_KNOWN) openSessions().clear();
  openSessions().set(sessionId, performance.now() + SESSION_FRESH_MS);
  return { kind: 'open' };
}

const STALE_CODE = problem(
  401,
  'STALE_CODE',
  'This link no longer works',
  'A link signs in once, within 24 hours.',
);

/**
 * Turns a login code into a session. STALE_CODE: forged, expired, of another start of the platform, or used; a code
 * stays good when the session could not be opened.
 */
export async function signIn(code: string): Promise<Answer<null>> {
  const nonce = checkTicket(dashboardEnv().ADT_LOGIN_KEY, LOGIN_TICKET, code);
  if (nonce === null || usedCodes().has(nonce)) return { ok: false, problem: STALE_CODE };
  forgetExpiredCodes();
  // Before the first wait, so that of two uses at once one is the second.
  usedCodes().set(nonce, Number(code.split('.')[1]));
  const cookie = mintTicket(dashboardEnv().ADT_TOKEN, SESSION_TICKET, SESSION_LIFETIME_MS);
  const request = { sessionId: nonceOf(cookie), lifetimeMs: SESSION_LIFETIME_MS };
  const opened = await callCoordinator('access', (c) => c.openSession, request, READ_DEADLINE_MS);
  if (!opened.ok) {
    usedCodes().delete(nonce);
    return opened;
  }
  const secure = await isHttps();
  (await cookies()).set(cookieName(secure), cookie, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: SESSION_LIFETIME_MS / 1000,
    secure,
  });
  return { ok: true, value: null };
}

/** Ends the session for every holder of its cookie, and takes this browser's. A refusal: copies may still be good. */
export async function signOut(): Promise<Answer<null>> {
  const sessionId = await genuineSessionId();
  const secure = await isHttps();
  // A __Host- cookie is taken from a browser only by one that is Secure and for the whole host as well.
  const gone = { httpOnly: true, sameSite: 'lax', path: '/', maxAge: 0, secure } as const;
  (await cookies()).set(cookieName(secure), '', gone);
  if (sessionId === null) return { ok: true, value: null };
  openSessions().delete(sessionId);
  const ended = await callCoordinator('access', (c) => c.endSession, { sessionId }, READ_DEADLINE_MS);
  return ended.ok ? { ok: true, value: null } : ended;
}

/** For one socket.io handshake. */
export function mintLiveTicket(): string {
  return mintTicket(dashboardEnv().ADT_TOKEN, LIVE_TICKET, LIVE_TICKET_LIFETIME_MS);
}

/** Null: no cookie, or one that we did not sign or that is over. */
async function genuineSessionId(): Promise<string | null> {
  const cookie = (await cookies()).get(cookieName(await isHttps()))?.value;
  return cookie === undefined ? null : checkTicket(dashboardEnv().ADT_TOKEN, SESSION_TICKET, cookie);
}

/** Browsers take a __Host- cookie from this very host over https only: no neighbouring subdomain can plant one. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-adt_session' : 'adt_session';
}

/** By our own listener, or by a proxy before it. */
async function isHttps(): Promise<boolean> {
  return (await headers()).get('x-forwarded-proto') === 'https';
}

function nonceOf(ticket: string): string {
  return ticket.split('.')[2] ?? '';
}

function forgetExpiredCodes(): void {
  const codes = usedCodes();
  for (const [nonce, expiresMs] of codes) if (expiresMs <= Date.now()) codes.delete(nonce);
}
