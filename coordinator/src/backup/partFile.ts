/** Writes one part of a backup: to disk for good, with its size and hash on the way. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

export type WrittenPart = { file: string; bytes: number; sha256: string };

/** @param file relative to the folder; must not be there yet */
export async function writePart(
  folder: string,
  file: string,
  source: AsyncIterable<Uint8Array>,
): Promise<WrittenPart> {
  const handle = await open(join(folder, file), 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.sync();
    return { file, bytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}
