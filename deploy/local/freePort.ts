/** Which loopback port a server takes: the usual one, or another when that is taken. */
import { createServer } from 'node:net';
import { StartFailure } from './runningProcess.js';

/** Tries of a server that finds its port taken between our look and its own. */
const TRIES = 3;

/** Starts a server on `preferred` or another free port, again on the next one when somebody was faster. */
export async function onFreePort<T>(preferred: number, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort(attempt === 1 ? preferred : 0));
    } catch (error) {
      const raced =
        error instanceof StartFailure && error.tail.some((line) => /address already in use/i.test(line));
      if (!raced || attempt === TRIES) throw error;
    }
  }
}

/** `preferred` when nothing listens on it, else a free port that the system picks. */
export async function freePort(preferred: number): Promise<number> {
  return (await tryListen(preferred)) ?? (await tryListen(0)) ?? preferred;
}

export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== null;
}

function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      probe.close(() => resolve(taken));
    });
  });
}
