/** The security headers of every answer. */

/**
 * Scripts run only with this answer's nonce. Style attributes stay allowed: server-rendered widths need them,
 * and they cannot load or run anything.
 * @param liveUrls where the coordinators' socket.io is
 * @param development React's development build evaluates strings for its error stacks
 */
export function contentSecurityPolicy(
  nonce: string,
  liveUrls: readonly string[],
  development: boolean,
): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src-elem 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${liveUrls.flatMap(originsOf).join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** By http for the handshake's fetch, by ws for the socket. */
function originsOf(url: string): [string, string] {
  const { protocol, host, origin } = new URL(url);
  return [origin, `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`];
}

/** Over https, and only there: a browser that has seen it never asks this host in plain text again. */
export const STRICT_TRANSPORT: [string, string] = ['strict-transport-security', 'max-age=31536000'];

export const FIXED_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};
