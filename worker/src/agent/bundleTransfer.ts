/** One object on its way from the object store to a file, checked and never waited for without end. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { BUNDLE_STALL_MS } from '../tunables.js';

/**
 * Writes the object to a new file, synced.
 * @throws Error when its bytes do not have this hash, or none come for BUNDLE_STALL_MS; the file is the caller's to remove
 */
export async function writeChecked(
  path: string,
  data: ReadableStream<Uint8Array>,
  sha256: string,
): Promise<void> {
  const hash = createHash('sha256');
  const handle = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of withStallLimit(data)) {
      hash.update(chunk);
      await handle.write(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`the object's SHA-256 is ${found.slice(0, 12)}…`);
}

/** A transfer whose server has gone would otherwise wait for ever. */
async function* withStallLimit(data: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = data.getReader();
  try {
    for (;;) {
      const stalled = new AbortController();
      const timer = setTimeout(() => stalled.abort(new Error('the transfer stalls')), BUNDLE_STALL_MS);
      const next = await unlessAborted(reader.read(), stalled.signal).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** What `work` resolves to, or the signal's reason as soon as it aborts; the work itself goes on for others. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // It may fail when nobody waits for it any more; that must not end the process.
  work.catch(() => {});
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
