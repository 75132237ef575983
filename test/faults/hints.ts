/** A world's nats-server, which a fault may stop, kill and wipe; it comes back on its port with its token. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type NatsServer, startNats } from '@adt/deploy/local/nats';
import { stablePort } from '../harness/ports.js';

export type Hints = {
  readonly url: string;
  readonly token: string;
  readonly isUp: boolean;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
  /** Takes the store away; only while it is down. */
  wipe(): void;
  start(): Promise<void>;
};

export async function startHints(folder: string, onLine: (line: string) => void): Promise<Hints> {
  const port = await stablePort();
  const launch = (token?: string): Promise<NatsServer> =>
    startNats({ dataDir: folder, port, token, log: onLine });
  let server = await launch();
  const { url, token } = server;
  let isUp = true;
  return {
    url,
    token,
    get isUp() {
      return isUp;
    },
    async stop() {
      isUp = false;
      await server.stop();
    },
    async kill() {
      isUp = false;
      server.kill();
      await server.exited;
    },
    wipe: () => rmSync(join(folder, 'nats', 'jetstream'), { recursive: true, force: true }),
    async start() {
      server = await launch(token);
      if (server.url !== url) throw new Error(`port ${port} was taken meanwhile`);
      isUp = true;
    },
  };
}
