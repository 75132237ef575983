/** Whether the object store still holds what Postgres names: a wiped NATS store takes the bundles with it. */
import type { Nats } from './link.js';
import { openBucket } from './streams.js';

export type Bundle = { sha256: string; bytes: number };

/** Hashes of the bundles that the object store does not hold whole. @throws when NATS does not answer */
export async function missingBundles(nats: Nats, bundles: readonly Bundle[]): Promise<Set<string>> {
  const bucket = await openBucket(nats);
  const found = await Promise.all(
    bundles.map(async ({ sha256, bytes }) => {
      const info = await bucket.info(sha256);
      return info !== null && !info.deleted && info.size === bytes;
    }),
  );
  return new Set(bundles.filter((_, at) => !found[at]).map(({ sha256 }) => sha256));
}
