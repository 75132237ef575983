import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readBytes } from './byteSource.js';

const folder = mkdtempSync(join(tmpdir(), 'adt-bytes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sizeOf(content: Buffer): Promise<number> {
  const path = join(folder, 'data.gz');
  writeFileSync(path, content);
  let bytes = 0;
  const { signal } = new AbortController();
  for await (const chunk of readBytes(path, 'data.gz', { signal })) bytes += chunk.length;
  return bytes;
}

describe('a gzip file', () => {
  it('is refused when it unpacks to more than 100 times its size, before it has unpacked', async () => {
    await expect(sizeOf(gzipSync(Buffer.alloc(200 * 1024 ** 2)))).rejects.toThrow(
      'data.gz: unpacks to more than 100 times its size',
    );
  });

  it('may pack well as long as it is small', async () => {
    expect(await sizeOf(gzipSync(Buffer.alloc(1024 ** 2)))).toBe(1024 ** 2);
  });
});
