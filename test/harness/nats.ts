/** A real nats-server with JetStream for a test file. */
import { type NatsServer, startNats } from '@adt/deploy/local/nats';
import { atEnd } from './cleanup.js';
import { temporaryFolder } from './temporary.js';

/**
 * Ends with the test file, or by `stop`.
 * @param options a folder and port of an earlier server make this one its restart; without, both are new
 */
export async function startTestNats(options: { dataDir?: string; port?: number } = {}): Promise<NatsServer> {
  const dataDir = options.dataDir ?? temporaryFolder('nats');
  const lines: string[] = [];
  const server = await startNats({ dataDir, port: options.port ?? 0, log: (line) => lines.push(line) });
  atEnd(() => server.stop());
  // A client of the earlier server would look for this one in vain, and the test would only time out.
  if (options.port && server.url !== `nats://127.0.0.1:${options.port}`)
    throw new Error(`port ${options.port} was taken meanwhile: nats-server is at ${server.url}`);
  return server;
}
