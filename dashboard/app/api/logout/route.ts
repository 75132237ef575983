/** Ends the session of this browser. */
import { refuseChange } from '@/lib/changeGuard';
import { problemResponse } from '@/lib/problem';
import { signOut } from '@/lib/session';

export async function POST(request: Request): Promise<Response> {
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  const ended = await signOut();
  return ended.ok ? new Response(null, { status: 204 }) : problemResponse(ended.problem);
}
