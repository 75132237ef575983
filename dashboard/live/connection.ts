/** One socket.io connection of a page: tickets, subscription, and getting back after anything breaks. */
import type {
  ClientToServer,
  Delta,
  LiveAuth,
  Refused,
  ServerToClient,
  Subscribed,
  Topic,
} from '@adt/proto/live';
import { io, type Socket } from 'socket.io-client';
import { RETRY_MAX_MS, RETRY_MIN_MS } from './tunables';

export type ConnectionEvents = {
  /** Deltas with a version above this one follow. Also after every reconnect. */
  subscribed: (version: number) => void;
  delta: (delta: Delta) => void;
  lost: () => void;
  /** The session ended: sign in again. */
  signedOut: () => void;
};

/** Connects and keeps connected until the returned function is called. */
export function connectLive(topic: Topic, events: ConnectionEvents): () => void {
  const stopped = new AbortController();
  void run(topic, events, stopped.signal);
  return () => stopped.abort();
}

async function run(topic: Topic, events: ConnectionEvents, signal: AbortSignal): Promise<void> {
  const first = await firstTicket(events, signal);
  if (first === null || signal.aborted) return;
  let ticket: string | null = first.ticket;
  let pauseMs = RETRY_MIN_MS;
  const socket: Socket<ServerToClient, ClientToServer> = io(first.url, {
    transports: ['websocket'],
    reconnectionDelay: RETRY_MIN_MS,
    reconnectionDelayMax: RETRY_MAX_MS,
    // A ticket serves one handshake.
    auth: (send: (auth: LiveAuth) => void) => {
      const held = ticket;
      ticket = null;
      void (held ? Promise.resolve({ ticket: held }) : fetchTicket(signal)).then((fresh) => {
        if (fresh === 'signed out') events.signedOut();
        send({ ticket: typeof fresh === 'object' && fresh ? fresh.ticket : '' });
      });
    },
  });
  socket.on('connect', () => {
    pauseMs = RETRY_MIN_MS;
    socket.emit('subscribe', topic, (answer: Subscribed | Refused) => {
      if ('version' in answer) events.subscribed(answer.version);
      else socket.disconnect().connect();
    });
  });
  socket.on('delta', events.delta);
  socket.on('disconnect', () => events.lost());
  socket.on('connect_error', () => {
    events.lost();
    // `active`: socket.io tries again itself. After a refused handshake it does not.
    if (socket.active || signal.aborted) return;
    setTimeout(() => signal.aborted || socket.connect(), pauseMs);
    pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS);
  });
  signal.addEventListener('abort', () => socket.disconnect());
}

type Ticket = { ticket: string; url: string };

/** The address comes with the ticket, so nothing can be opened before the dashboard has answered once. */
async function firstTicket(events: ConnectionEvents, signal: AbortSignal): Promise<Ticket | null> {
  for (let pauseMs = RETRY_MIN_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
    const ticket = await fetchTicket(signal);
    if (ticket === 'signed out') {
      events.signedOut();
      return null;
    }
    if (ticket !== null) return ticket;
    events.lost();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return null;
}

async function fetchTicket(signal: AbortSignal): Promise<Ticket | 'signed out' | null> {
  try {
    const response = await fetch('/api/live-ticket', { signal, cache: 'no-store' });
    if (response.status === 401) return 'signed out';
    return response.ok ? ((await response.json()) as Ticket) : null;
  } catch {
    // Dashboard restarting, machine asleep: the caller tries again.
    return null;
  }
}
