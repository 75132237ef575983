/** Ports that stay ours while the server behind them is stopped and started again. */
import { isPortFree } from '@adt/deploy/local/freePort';

/**
 * Below what Linux (from 32768), macOS and Windows (from 49152) give to outgoing connections. A port that the system
 * picks may go to any connection of any process the moment its server is down: the server then can't come back.
 */
const FIRST = 12_000;
const LAST = 32_000;
/** Test files run side by side in as many workers: each has ports of its own. */
const WORKERS = 8;

/** A free port that no outgoing connection takes. */
export async function stablePort(): Promise<number> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
  const share = Math.floor((LAST - FIRST) / WORKERS);
  for (;;) {
    const port = FIRST + worker * share + Math.floor(Math.random() * share);
    if (await isPortFree(port)) return port;
  }
}
