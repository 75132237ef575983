/** The HTTP port for whoever watches: /metrics, /healthz (the process answers), /readyz (it can do its work). */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from './registry.js';

export type MetricsListener = {
  /** host:port */
  address: string;
  stop(): Promise<void>;
};

export type ListenerParams = {
  /** host:port as asked for; null: the default, or another port where that is taken. */
  listen: string | null;
  /** Taken when nothing was asked for: several processes may share a machine, and none may fail for this. */
  defaultPort: number;
  registry: Registry;
  /** Null: ready; else why not, in a few words. */
  notReady: () => Promise<string | null> | string | null;
};

const LOOPBACK = '127.0.0.1';

/** Resolves when the port is open. @throws when the address that was asked for is taken */
export async function startMetricsListener(params: ListenerParams): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    answer(params, request.method, request.url ?? '', response).catch(() => response.destroy());
  });
  // Somebody who opens a connection and says nothing holds it for seconds, not for minutes.
  server.headersTimeout = 5_000;
  server.maxConnections = 32;
  const host = await open(server, params);
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | null = null;
  return {
    address: `${host}:${port}`,
    stop() {
      stopped ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return stopped;
    },
  };
}

async function open(server: Server, { listen, defaultPort }: ListenerParams): Promise<string> {
  if (listen !== null) {
    const colon = listen.lastIndexOf(':');
    const host = listen.slice(0, colon);
    await bind(server, host.replace(/^\[|\]$/g, ''), Number(listen.slice(colon + 1)));
    return host;
  }
  try {
    await bind(server, LOOPBACK, defaultPort);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await bind(server, LOOPBACK, 0);
  }
  return LOOPBACK;
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(
  { registry, notReady }: ListenerParams,
  method: string | undefined,
  url: string,
  response: ServerResponse,
): Promise<void> {
  const plain = (code: number, text: string) =>
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  if (method !== 'GET') {
    plain(405, 'only GET');
    return;
  }
  switch (url.split('?')[0]) {
    case '/metrics': {
      const text = await registry.text();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
      return;
    }
    case '/healthz':
      plain(200, 'ok');
      return;
    case '/readyz': {
      const why = await notReady();
      plain(why === null ? 200 : 503, why ?? 'ready');
      return;
    }
    default:
      plain(404, 'not found');
  }
}
