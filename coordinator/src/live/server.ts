/** socket.io on a port of its own: who may connect, what he may subscribe to, and what happens when he is slow. */
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientToServer, Delta, ServerToClient, Topic } from '@adt/proto/live';
import { topicKey } from '@adt/proto/live';
import { checkTicket, LIVE_TICKET } from '@adt/proto/token';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { Log } from '../log.js';
import { LIMITS } from '../tunables.js';
import type { Topics } from './topics.js';

export type LiveParams = {
  host: string;
  port: number;
  /** Platform token: tickets are signed with it. */
  token: string;
  /** Origins that a browser may connect from. */
  origins: readonly string[];
  topics: Topics;
  /** Whether the process can serve: what /healthz answers. */
  healthy: () => Promise<boolean>;
  log: Log;
};

export type LiveServer = { address: string; emit(delta: Delta): void; stop(): Promise<void> };

type LiveSocket = Socket<ClientToServer, ServerToClient>;

const id = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const topicSchema: z.ZodType<Topic> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sweeps') }),
  z.strictObject({ kind: z.literal('sweep'), sweepId: id }),
  z.strictObject({ kind: z.literal('trial'), trialId: id }),
]);

/** Resolves when the port is open. */
export async function startLive(params: LiveParams): Promise<LiveServer> {
  const http = createServer((request, response) => void answerHttp(params, request, response));
  const io = new Server<ClientToServer, ServerToClient>(http, {
    // CORS does not govern WebSocket, so the origin is checked here for every transport. No origin: not a browser.
    allowRequest: (request, callback) => {
      const { origin } = request.headers;
      callback(null, origin === undefined || params.origins.includes(origin));
    },
    cors: { origin: [...params.origins] },
    maxHttpBufferSize: LIMITS.liveMessageBytes,
    perMessageDeflate: false,
    httpCompression: false,
    serveClient: false,
  });
  io.use((socket, next) => {
    const ticket: unknown = socket.handshake.auth.ticket;
    const genuine = typeof ticket === 'string' && checkTicket(params.token, LIVE_TICKET, ticket) !== null;
    next(genuine ? undefined : new Error('UNAUTHENTICATED: the live ticket is missing, forged or expired'));
  });
  io.on('connection', (socket) => serve(socket, params.topics));
  await listen(http, params);
  const address = http.address() as AddressInfo;
  let stopped: Promise<void> | null = null;
  return {
    address: `${params.host}:${address.port}`,
    emit: (delta) => {
      for (const socketId of io.sockets.adapter.rooms.get(delta.topic) ?? []) {
        const socket = io.sockets.sockets.get(socketId);
        if (socket) send(socket, delta, params.log);
      }
    },
    stop() {
      stopped ??= io.close().then(() => http.closeAllConnections());
      return stopped;
    },
  };
}

function serve(socket: LiveSocket, topics: Topics): void {
  const subscribed = new Map<string, Topic>();
  socket.on('subscribe', (asked, reply) => {
    if (typeof reply !== 'function') return;
    const topic = topicSchema.safeParse(asked);
    if (!topic.success) return reply({ error: 'no such topic' });
    if (subscribed.size >= LIMITS.liveTopicsPerClient) {
      return reply({ error: `at most ${LIMITS.liveTopicsPerClient} topics a connection` });
    }
    const key = topicKey(topic.data);
    if (subscribed.has(key)) topics.unsubscribe(topic.data);
    subscribed.set(key, topic.data);
    void socket.join(key);
    reply({ topic: key, version: topics.subscribe(topic.data) });
  });
  socket.on('unsubscribe', (asked) => {
    const topic = topicSchema.safeParse(asked);
    if (!topic.success || !subscribed.delete(topicKey(topic.data))) return;
    void socket.leave(topicKey(topic.data));
    topics.unsubscribe(topic.data);
  });
  socket.on('disconnect', () => {
    for (const topic of subscribed.values()) topics.unsubscribe(topic);
  });
}

/** socket.io has no back-pressure: who is behind misses a version (and refetches), who is far behind goes. */
function send(socket: LiveSocket, delta: Delta, log: Log): void {
  const bytes = bufferedBytes(socket);
  if (bytes > LIMITS.liveDeadBytes) {
    log('warn', 'live client is too slow: disconnected', { bytes });
    socket.disconnect(true);
  } else if (bytes <= LIMITS.liveBufferedBytes) {
    socket.emit('delta', delta);
  }
}

/** Bytes on their way to a client: engine.io's queue and, for WebSocket, the socket's. Neither has a public count. */
function bufferedBytes(socket: LiveSocket): number {
  const { writeBuffer, transport } = socket.conn as unknown as {
    writeBuffer: { data?: unknown }[];
    transport: { socket?: { bufferedAmount?: number } };
  };
  const queued = writeBuffer.reduce(
    (sum, { data }) => sum + (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0),
    0,
  );
  return queued + (transport.socket?.bufferedAmount ?? 0);
}

async function answerHttp(
  params: LiveParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isHealth = request.method === 'GET' && request.url === '/healthz';
  const code = !isHealth ? 404 : (await params.healthy()) ? 200 : 503;
  response.writeHead(code, { 'content-type': 'text/plain' }).end(`${code === 200 ? 'ok' : 'not ok'}\n`);
}

function listen(http: HttpServer, params: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(params.port, params.host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}
