/** The security headers of every answer. */

/**
 * Scripts run only with this answer's nonce. Style attributes stay allowed: server-rendered widths need them,
 * and they cannot load or run anything.
 * @param liveUrl origin of the coordinator's socket.io
 * @param development React's development build evaluates strings for its error stacks
 */
export function contentSecurityPolicy(nonce: string, liveUrl: string, development: boolean): string {
  const live = new URL(liveUrl);
  const socket = `${live.protocol === 'https:' ? 'wss' : 'ws'}://${live.host}`;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src-elem 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${live.origin} ${socket}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
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
