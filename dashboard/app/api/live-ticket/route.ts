/** A fresh ticket for one socket.io handshake, and where to connect. */
import { NOT_SIGNED_IN } from '@/lib/coordinator';
import { dashboardEnv } from '@/lib/env';
import { problemResponse } from '@/lib/problem';
import { hasSession, mintLiveTicket } from '@/lib/session';

export async function GET(): Promise<Response> {
  if (!(await hasSession())) return problemResponse(NOT_SIGNED_IN);
  const body = { ticket: mintLiveTicket(), url: dashboardEnv().ADT_LIVE_URL };
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}
