/** Ends the session of this browser. */
import { refuseCrossSite } from '@/lib/route';
import { signOut } from '@/lib/session';

export async function POST(request: Request): Promise<Response> {
  const crossSite = refuseCrossSite(request);
  if (crossSite) return crossSite;
  await signOut();
  return new Response(null, { status: 204 });
}
