/**
 * Databases for test files over loopback HTTP: files run in processes of their own, the one Postgres server of a
 * run lives in vitest's main process and starts when the first database is asked for.
 */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cluster } from './cluster.js';

export type Broker = { url: string; stop(): Promise<void> };

/** @param existingUrl a server to use instead of an embedded one; its role must be allowed to create databases */
export async function startBroker(existingUrl?: string): Promise<Broker> {
  let cluster: Promise<Cluster> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };
  const http = createServer((request, response) => {
    // Loaded here, so that tests without a database do without a build of the workspaces, too.
    cluster ??= import('./cluster.js').then(({ openCluster }) => openCluster(existingUrl));
    const answer = cluster.then((open) => inTurn(() => serve(open, request.method, request.url ?? '/')));
    answer.then(
      (body) => response.end(body),
      (error) => response.writeHead(500).end(String(error?.stack ?? error)),
    );
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      await closeHttp(http);
      await (await cluster)?.close();
    },
  };
}

/** POST / makes a database and answers its URL; DELETE /NAME drops it, whoever is still connected. */
async function serve(cluster: Cluster, method: string | undefined, path: string): Promise<string> {
  if (method !== 'DELETE') return cluster.create();
  await cluster.drop(path.slice(1));
  return '';
}

function closeHttp(http: HttpServer): Promise<void> {
  http.closeAllConnections();
  return new Promise((resolve) => http.close(() => resolve()));
}
