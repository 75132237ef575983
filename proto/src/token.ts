/** Platform token: constant-time comparison, and what is derived from it (live tickets, session cookies). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** gRPC metadata key of the bearer token. */
export const AUTHORIZATION = 'authorization';

/** Metadata key of the serialised ErrorInfo. */
export const ERROR_INFO = 'adt-error-bin';

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Constant-time: neither the content nor the length of `expected` can be timed out. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'adt-compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * Signed, expiring statement `<purpose>.<expiresMs>.<nonce>.<mac>`. Purposes keep a ticket from serving as a cookie.
 * @param lifetimeMs milliseconds from now
 */
export function mintTicket(token: string, purpose: string, lifetimeMs: number, now = Date.now()): string {
  const body = `${purpose}.${now + lifetimeMs}.${randomBytes(12).toString('base64url')}`;
  return `${body}.${mac(token, body)}`;
}

/** The ticket's nonce when it is genuine, for this purpose and not expired; else null. */
export function checkTicket(token: string, purpose: string, ticket: string, now = Date.now()): string | null {
  const parts = ticket.split('.');
  const [statedPurpose, expires, nonce, signature] = parts;
  if (parts.length !== 4 || statedPurpose !== purpose || !expires || !nonce || !signature) return null;
  if (!sameSecret(signature, mac(token, `${statedPurpose}.${expires}.${nonce}`))) return null;
  return Number(expires) > now ? nonce : null;
}

function mac(token: string, body: string): string {
  return createHmac('sha256', token).update(body).digest('base64url');
}

/** Ticket purposes. */
export const LIVE_TICKET = 'live';
export const SESSION_TICKET = 'session';
export const LOGIN_TICKET = 'login';
