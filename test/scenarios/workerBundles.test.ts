/** The worker's bundle cache against a real object store: fetched once, checked, bounded. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATASET_BUCKET } from '@adt/proto/subjects';
import { BundleCache, type BundleWaits, type OpenObjects } from '@adt/worker/agent/bundleCache';
import { createLog } from '@adt/worker/log';
import { jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { temporaryFolder } from '../harness/temporary.js';

const NEVER = new AbortController().signal;
const quiet = createLog({}, () => true);
let store: ObjectStore;

beforeAll(async () => {
  const { url, token } = await startTestNats();
  const connection = await connect({ servers: url, token });
  atEnd(() => connection.close());
  store = await new Objm(jetstream(connection)).create(DATASET_BUCKET);
});

/** @returns the hash; the content is random */
async function put(bytes: number, content = randomBytes(bytes)): Promise<string> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  await store.putBlob({ name: sha256 }, content);
  return sha256;
}

async function openCache(
  params: { folder?: string; capBytes?: number; objects?: OpenObjects; waits?: BundleWaits } = {},
) {
  const folder = params.folder ?? temporaryFolder('bundles');
  let opened = 0;
  const objects = async () => {
    opened += 1;
    return store;
  };
  const cache = await BundleCache.open({ objects, log: quiet, ...params, folder });
  return { cache, folder, transfers: () => opened };
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('BundleCache', () => {
  it('fetches a bundle once for all who want it at the same time, and never again', async () => {
    const sha256 = await put(3_000_000);
    const { cache, folder, transfers } = await openCache();
    const held = await Promise.all(Array.from({ length: 5 }, () => cache.hold(sha256, NEVER)));
    expect(new Set(held.map(({ path }) => path)).size).toBe(1);
    expect(hashOf(held[0]?.path ?? '')).toBe(sha256);
    await cache.hold(sha256, NEVER);
    expect(transfers()).toBe(1);
    expect(readdirSync(folder)).toEqual([`${sha256}.adtb`]);
  });

  it('finds what an earlier process fetched, and clears away what it left half done', async () => {
    const sha256 = await put(1000);
    const { cache, folder } = await openCache();
    await cache.hold(sha256, NEVER);
    // A pid that no process has.
    writeFileSync(join(folder, '.tmp-4194303-0123456789ab'), 'half');
    const after = await openCache({ folder, objects: async () => expect.unreachable() });
    await after.cache.hold(sha256, NEVER);
    expect(readdirSync(folder)).toEqual([`${sha256}.adtb`]);
  });

  it('takes no content for a hash that it does not have, and leaves nothing behind', async () => {
    const sha256 = createHash('sha256').update('the right one').digest('hex');
    await store.putBlob({ name: sha256 }, Buffer.from('another one'));
    const giveUp = new AbortController();
    let tries = 0;
    const objects = async () => {
      tries += 1;
      if (tries === 3) giveUp.abort(new Error('enough'));
      return store;
    };
    const { cache, folder } = await openCache({ objects });
    await expect(cache.hold(sha256, giveUp.signal)).rejects.toThrow('enough');
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  it('waits for an object store that is away, and fetches when it is back', async () => {
    const sha256 = await put(1000);
    let asked = 0;
    const { cache } = await openCache({
      objects: async () => {
        asked += 1;
        return asked < 3 ? null : store;
      },
    });
    expect(hashOf((await cache.hold(sha256, NEVER)).path)).toBe(sha256);
  });

  it('gives up at last, and tells a store that is out of reach from one that has lost the bundle', async () => {
    const waits = { awayMs: 1, lostMs: 300 };
    const away = await openCache({ waits, objects: async () => null });
    await expect(away.cache.hold('0'.repeat(64), NEVER)).rejects.toMatchObject({ lost: false });
    const there = await openCache({ waits });
    const startedMs = performance.now();
    await expect(there.cache.hold('0'.repeat(64), NEVER)).rejects.toMatchObject({ lost: true });
    expect(performance.now() - startedMs).toBeGreaterThan(waits.lostMs);
  });

  it('stops waiting when its trial is stopped', async () => {
    const stop = new AbortController();
    const { cache } = await openCache({
      objects: async () => {
        stop.abort(new Error('cancelled'));
        return null;
      },
    });
    await expect(cache.hold('0'.repeat(64), stop.signal)).rejects.toThrow('cancelled');
  });

  it('gives up the least recently used first, and none that is in use', async () => {
    const [a, b, c, d] = [await put(400), await put(400), await put(400), await put(400)];
    const { cache, folder } = await openCache({ capBytes: 1000 });
    await cache.hold(a, NEVER);
    (await cache.hold(b, NEVER)).release();
    (await cache.hold(c, NEVER)).release();
    const kept = () => readdirSync(folder).sort();
    expect(kept()).toEqual([`${a}.adtb`, `${c}.adtb`].sort());
    (await cache.hold(d, NEVER)).release();
    expect(kept()).toEqual([`${a}.adtb`, `${d}.adtb`].sort());
  });

  it('fetches anew what turned out damaged', async () => {
    const sha256 = await put(1000);
    const { cache, transfers } = await openCache();
    const { path } = await cache.hold(sha256, NEVER);
    writeFileSync(path, 'damaged');
    await cache.discard(sha256);
    await cache.hold(sha256, NEVER);
    expect(hashOf(path)).toBe(sha256);
    expect(transfers()).toBe(2);
  });
});
