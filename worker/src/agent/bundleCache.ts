/** Bundles on this machine's disk, by content address: fetched once, checked whole, the oldest given up first. */
import { access, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import { removeStrayTemporaries, syncDirectory, temporaryPath } from '../data/atomicFile.js';
import { type Log, messageOf } from '../log.js';
import { BUNDLE_CACHE_BYTES, BUNDLE_LOST_WAIT_MS, BUNDLE_WAIT_MS } from '../tunables.js';
import { Backoff } from './backoff.js';
import { unlessAborted, writeChecked } from './bundleTransfer.js';

/** A bundle on disk, safe from eviction until `release`. */
export type HeldBundle = { path: string; release(): void };

/** Null while the object store is away. */
export type OpenObjects = () => Promise<ObjectStore | null>;

/** Milliseconds that a trial waits for a bundle: while it is out of reach, and while the store has lost it. */
export type BundleWaits = { awayMs: number; lostMs: number };

const WAITS: BundleWaits = { awayMs: BUNDLE_WAIT_MS, lostMs: BUNDLE_LOST_WAIT_MS };

/** The wait for a bundle is over. */
export class BundleUnavailable extends Error {
  override name = 'BundleUnavailable';

  constructor(
    message: string,
    /** The object store answers and does not have it (whole); else it is out of this machine's reach. */
    readonly lost: boolean,
  ) {
    super(message);
  }
}

/** The object store answered, without what was asked for. */
class NotHeld extends Error {}

export class BundleCache {
  private readonly fetching = new Map<string, Promise<void>>();
  private readonly held = new Map<string, number>();

  private constructor(
    private readonly folder: string,
    private readonly objects: OpenObjects,
    private readonly log: Log,
    private readonly capBytes: number,
    private readonly waits: BundleWaits,
  ) {}

  static async open(params: {
    folder: string;
    objects: OpenObjects;
    log: Log;
    capBytes?: number;
    waits?: BundleWaits;
  }): Promise<BundleCache> {
    await mkdir(params.folder, { recursive: true });
    await removeStrayTemporaries(params.folder);
    const { folder, objects, log, capBytes = BUNDLE_CACHE_BYTES, waits = WAITS } = params;
    return new BundleCache(folder, objects, log, capBytes, waits);
  }

  /**
   * The bundle with this hash, from disk or from the object store.
   * @throws BundleUnavailable when it could not be had in time; the signal's reason when it aborts
   */
  async hold(sha256: string, signal: AbortSignal): Promise<HeldBundle> {
    this.held.set(sha256, (this.held.get(sha256) ?? 0) + 1);
    const release = (): void => this.letGo(sha256);
    try {
      await this.ensure(sha256, signal);
      return { path: this.pathOf(sha256), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Forgets a bundle that turned out damaged on disk, so that the next trial fetches it anew. */
  async discard(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  private letGo(sha256: string): void {
    const left = (this.held.get(sha256) ?? 1) - 1;
    if (left === 0) this.held.delete(sha256);
    else this.held.set(sha256, left);
  }

  private async ensure(sha256: string, signal: AbortSignal): Promise<void> {
    const path = this.pathOf(sha256);
    const beganMs = performance.now();
    for (const backoff = new Backoff(); ; await backoff.wait(signal)) {
      signal.throwIfAborted();
      if (await isThere(path)) {
        const now = new Date();
        return await utimes(path, now, now);
      }
      try {
        await unlessAborted(this.fetchOnce(sha256), signal);
      } catch (error) {
        const lost = error instanceof NotHeld;
        if (performance.now() - beganMs < (lost ? this.waits.lostMs : this.waits.awayMs)) continue;
        const message = `bundle ${sha256.slice(0, 12)}… could not be had: ${messageOf(error)}`;
        throw new BundleUnavailable(message, lost);
      }
    }
  }

  /** Trials that wait for the same bundle share one transfer. */
  private fetchOnce(sha256: string): Promise<void> {
    const under = this.fetching.get(sha256);
    if (under !== undefined) return under;
    const started = this.fetch(sha256).finally(() => this.fetching.delete(sha256));
    this.fetching.set(sha256, started);
    return started;
  }

  private async fetch(sha256: string): Promise<void> {
    const objects = await this.objects();
    if (objects === null) throw new Error('NATS is away');
    const object = await objects.get(sha256);
    if (object === null) throw new NotHeld('the object store does not hold it');
    // A failed transfer shows in the stream as well; here it only must not go unhandled.
    object.error.catch(() => {});
    const temporary = temporaryPath(this.folder);
    try {
      await writeChecked(temporary, object.data, sha256);
      await rename(temporary, this.pathOf(sha256));
      await syncDirectory(this.folder);
    } finally {
      await rm(temporary, { force: true });
    }
    this.log.info('bundle fetched', { sha256, bytes: object.info.size });
    await this.evict();
  }

  private async evict(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith(SUFFIX));
    const files = await Promise.all(
      names.map(async (name) => ({ name, ...sizeAndTime(await stat(join(this.folder, name))) })),
    );
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
      if (bytes <= this.capBytes) return;
      if (this.held.has(file.name.slice(0, -SUFFIX.length))) continue;
      await rm(join(this.folder, file.name), { force: true });
      bytes -= file.bytes;
    }
  }

  private pathOf(sha256: string): string {
    return join(this.folder, `${sha256}${SUFFIX}`);
  }
}

const SUFFIX = '.adtb';

function sizeAndTime({ size, mtimeMs }: { size: number; mtimeMs: number }): {
  bytes: number;
  usedMs: number;
} {
  return { bytes: size, usedMs: mtimeMs };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
