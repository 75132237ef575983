/** A fresh ticket for one socket.io handshake, and where to connect. */
import { NOT_SIGNED_IN } from '@/lib/coordinator';
import { dashboardEnv } from '@/lib/env';
import { problemResponse } from '@/lib/problem';
import { mintLiveTicket, readSession } from '@/lib/session';

export async function GET(): Promise<Response> {
  const session = await readSession();
  if (session.kind === 'closed') return problemResponse(NOT_SIGNED_IN);
  if (session.kind === 'unknown') return problemResponse(session.problem);
  const body = { ticket: mintLiveTicket(), urls: dashboardEnv().ADT_LIVE_URL };
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}
