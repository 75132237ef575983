/** Starts and stops the dashboard's process: Next behind a plain HTTP server, a ready line, no orphans. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isLoopbackHost, readTls } from '@adt/proto/tls';
import next from 'next';
import { dashboardEnv } from '../lib/env.js';
import { PEER_HEADER } from '../lib/requestGuard.js';

/** Open connections get this long to finish before they are cut. */
const STOP_GRACE_MS = 2_000;

const dir = path.join(import.meta.dirname, '../..');

async function start(): Promise<Server> {
  dashboardEnv();
  const hostname = process.env.HOSTNAME || '127.0.0.1';
  const server = openServer(hostname);
  await listen(server, Number(process.env.PORT || 3000), hostname);
  const { port } = server.address() as AddressInfo;
  const app = next({ dev: false, dir, hostname, port, httpServer: server, quiet: true });
  const handle = app.getRequestHandler();
  server.on('request', (request, response) => {
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? '';
    void handle(request, response);
  });
  await app.prepare();
  process.stdout.write(`${JSON.stringify({ ready: true, http: `${hostname}:${port}` })}\n`);
  return server;
}

/** Plain on loopback, also where a proxy before us speaks TLS; elsewhere https or nothing. */
function openServer(hostname: string): Server {
  const tls = readTls(process.env);
  if (isLoopbackHost(hostname)) return createServer();
  if (tls !== null) return createTlsServer({ cert: tls.cert, key: tls.key });
  if (process.env.ADT_INSECURE_LISTEN === '1') return createServer();
  throw new Error(
    `HOSTNAME: ${hostname} is not loopback and there is no TLS: set ADT_TLS_CERT, ADT_TLS_KEY and ADT_TLS_CA (ADT_INSECURE_LISTEN=1 where a mesh or a tunnel encrypts)`,
  );
}

function listen(server: Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostname, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Safe to call twice: the second call finds the server closed. */
function stop(server: Server): void {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS).unref();
}

function log(level: string, msg: string, fields: Record<string, unknown> = {}): void {
  process.stderr.write(`${JSON.stringify({ level, msg, time: new Date().toISOString(), ...fields })}\n`);
}

try {
  const server = await start();
  process.on('SIGTERM', () => stop(server));
  process.on('SIGINT', () => stop(server));
  // A launcher that was killed without a word: its end of our stdin closes.
  if (process.env.ADT_PARENT_WATCH === '1') process.stdin.on('end', () => stop(server)).resume();
} catch (error) {
  log('error', 'the dashboard could not start', {
    error: error instanceof Error ? error.message : String(error),
  });
  process.exit(1);
}
