/** A page's socket.io connection, to one coordinator at a time: tickets, subscription, and getting back after anything breaks. */
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
import { CONNECT_TIMEOUT_MS, RETRY_MAX_MS, RETRY_MIN_MS } from './tunables';

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
  if (first === null) return;
  const { urls } = first;
  let ticket: string | null = first.ticket;
  let pauseMs = RETRY_MIN_MS;

  // A ticket serves one handshake.
  const authenticate = async (): Promise<LiveAuth> => {
    const held = ticket;
    ticket = null;
    if (held !== null) return { ticket: held };
    const fresh = await fetchTicket(signal);
    if (fresh === 'signed out') events.signedOut();
    return { ticket: typeof fresh === 'object' && fresh !== null ? fresh.ticket : '' };
  };

  /** One socket to one coordinator; whatever ends it leads to the next one, for all serve. */
  function open(place: number): void {
    if (signal.aborted) return;
    const socket: Socket<ServerToClient, ClientToServer> = io(urls[place % urls.length], {
      ...{ transports: ['websocket'], forceNew: true, reconnection: false, timeout: CONNECT_TIMEOUT_MS },
      auth: (send: (auth: LiveAuth) => void) => void authenticate().then(send),
    });
    const close = () => socket.off().disconnect();
    const goOn = () => {
      close();
      signal.removeEventListener('abort', close);
      events.lost();
      // Browsers that lost the same coordinator come back one after the other.
      setTimeout(() => open(place + 1), pauseMs * (0.5 + Math.random()));
      pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS);
    };
    socket.on('connect', () => {
      socket.emit('subscribe', topic, (answer: Subscribed | Refused) => {
        if (!('version' in answer)) return goOn();
        pauseMs = RETRY_MIN_MS;
        events.subscribed(answer.version);
      });
    });
    socket.on('delta', events.delta);
    socket.on('disconnect', goOn);
    socket.on('connect_error', goOn);
    signal.addEventListener('abort', close);
  }
  open(Math.floor(Math.random() * urls.length));
}

type Ticket = { ticket: string; urls: string[] };

/** The addresses come with the ticket, so nothing can be opened before the dashboard has answered once. */
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
