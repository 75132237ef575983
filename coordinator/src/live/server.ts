/** socket.io on a port of its own: who may connect, and what he may subscribe to. */
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import type { ClientToServer, Delta, ServerToClient, Topic } from '@adt/proto/live';
import { topicKey } from '@adt/proto/live';
import { isLoopbackHost, type Tls } from '@adt/proto/tls';
import { checkTicket, LIVE_TICKET } from '@adt/proto/token';
import { Server } from 'socket.io';
import { z } from 'zod';
import type { Log } from '../log.js';
import { LIMITS, LIVE_CLOSE_MS } from '../tunables.js';
import { Browser, type LiveSocket } from './browser.js';
import type { Topics } from './topics.js';

export type LiveParams = {
  host: string;
  port: number;
  /** Platform token: tickets are signed with it. */
  token: string;
  /** Off loopback the listener speaks it; on loopback never, since a proxy before it does. */
  tls?: Tls | null;
  /** Origins that a browser may connect from. */
  origins: readonly string[];
  topics: Topics;
  /** Whether the process can serve: what /healthz answers. */
  healthy: () => Promise<boolean>;
  log: Log;
};

export type LiveServer = {
  address: string;
  /** Connected just now. */
  clients(): number;
  emit(delta: Delta): void;
  stop(): Promise<void>;
};

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
  const http = openHttp(params);
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
  const browsers = new Map<string, Browser>();
  io.on('connection', (socket) => {
    const browser = new Browser(socket, params.log);
    browsers.set(socket.id, browser);
    socket.on('disconnect', () => browsers.delete(socket.id));
    serve(socket, browser, params.topics);
  });
  const connections = new Set<TcpSocket>();
  http.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  await listen(http, params);
  const address = http.address() as AddressInfo;
  let stopped: Promise<void> | null = null;
  return {
    address: `${params.host}:${address.port}`,
    clients: () => browsers.size,
    emit: (delta) => {
      for (const socketId of io.sockets.adapter.rooms.get(delta.topic) ?? []) {
        browsers.get(socketId)?.send(delta);
      }
    },
    stop() {
      stopped ??= close(io, connections);
      return stopped;
    },
  };
}

/** A browser that hangs answers no farewell, and half a request is never finished: they are cut. */
async function close(io: Server, connections: ReadonlySet<TcpSocket>): Promise<void> {
  const timer = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, LIVE_CLOSE_MS);
  await io.close();
  clearTimeout(timer);
}

/** Browsers show no certificate: the ticket says who they are. */
function openHttp(params: LiveParams): HttpServer {
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void answerHttp(params, request, response);
  const { tls, host } = params;
  if (!tls || isLoopbackHost(host)) return createServer(answer);
  return createTlsServer({ cert: tls.cert, key: tls.key }, answer);
}

function serve(socket: LiveSocket, browser: Browser, topics: Topics): void {
  const subscribed = new Map<string, Topic>();
  socket.on('subscribe', (asked, reply) => {
    if (typeof reply !== 'function') return;
    const topic = topicSchema.safeParse(asked);
    if (!topic.success) return reply({ error: 'no such topic' });
    if (subscribed.size >= LIMITS.liveTopicsPerClient) {
      return reply({ error: `at most ${LIMITS.liveTopicsPerClient} topics a connection` });
    }
    const key = topicKey(topic.data);
    // Before it leaves as the one it was: the versions go on, and a delta that is on its way is not taken for a later one.
    const version = topics.subscribe(topic.data);
    if (subscribed.has(key)) topics.unsubscribe(topic.data);
    browser.forget(key);
    subscribed.set(key, topic.data);
    void socket.join(key);
    reply({ topic: key, version });
  });
  socket.on('unsubscribe', (asked) => {
    const topic = topicSchema.safeParse(asked);
    if (!topic.success || !subscribed.delete(topicKey(topic.data))) return;
    browser.forget(topicKey(topic.data));
    void socket.leave(topicKey(topic.data));
    topics.unsubscribe(topic.data);
  });
  socket.on('disconnect', () => {
    for (const topic of subscribed.values()) topics.unsubscribe(topic);
  });
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
