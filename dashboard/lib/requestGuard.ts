/** Who may talk to the dashboard: known host names, and for changes only its own pages. */

/** Address of the peer, set by our own server over whatever a client sends under this name. */
export const PEER_HEADER = 'x-adt-peer';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Keeps a hostile page from reaching a loopback dashboard through a DNS name it controls (rebinding).
 * @param allowed names beside loopback, lower case, without port
 */
export function isKnownHost(host: string | null, allowed: readonly string[]): boolean {
  if (!host) return false;
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return LOOPBACK.includes(name) || allowed.includes(name);
}

/**
 * True when a request that changes something was made by one of our own pages. Browsers send Origin with every
 * POST; one that carries neither Origin nor Sec-Fetch-Site was not made by a page, so it is refused as well.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site === null && origin === null) return false;
  if (site !== null && site !== 'same-origin') return false;
  return origin === null || hostOf(origin) === headers.get('host')?.toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
