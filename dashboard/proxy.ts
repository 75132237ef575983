/** Runs before every request: the Host allow-list and the security headers. Sessions are checked beside the data. */
import { type NextRequest, NextResponse } from 'next/server';
import { dashboardEnv } from '@/lib/env';
import { problem, problemResponse } from '@/lib/problem';
import { isKnownHost } from '@/lib/requestGuard';
import { contentSecurityPolicy, FIXED_HEADERS, STRICT_TRANSPORT } from '@/lib/securityHeaders';

export function proxy(request: NextRequest): Response {
  const env = dashboardEnv();
  // Health probes of an orchestrator come by address.
  const isProbe = request.nextUrl.pathname === '/healthz';
  if (!isProbe && !isKnownHost(request.headers.get('host'), env.ADT_DASHBOARD_HOSTS)) {
    const detail = 'Open the dashboard by its own address, or add the name to ADT_DASHBOARD_HOSTS.';
    return problemResponse(problem(403, 'HOST_NOT_ALLOWED', 'Unknown host name', detail));
  }
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, env.ADT_LIVE_URL, process.env.NODE_ENV === 'development');
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  for (const [name, value] of Object.entries(FIXED_HEADERS)) response.headers.set(name, value);
  if (request.headers.get('x-forwarded-proto') === 'https') response.headers.set(...STRICT_TRANSPORT);
  return response;
}

// A body that passes here is held in memory and cut at 10 MB: uploads go by, and check the host name themselves.
export const config = { matcher: '/((?!_next/static|_next/image|icon.svg|api/datasets/upload).*)' };
