/** Data to bench with: the paper's sizes, as a bundle for us and as tables for the peer. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { type Bundle, type Csr, PARTS } from '@adt/worker/data/bundle';
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { synthesise } from '@adt/worker/data/synthesise';
import { PRESETS, type Preset } from '@adt/worker/data/synthPresets';

const SEED = 1;

/** The same bundle on every machine. */
export function benchBundle(preset: Preset): Bundle {
  return decodeBundle(synthesise(preset, PRESETS[preset], SEED));
}

/** Writes train, valid and test as gzipped tables with a header line, as the training yardstick reads them. */
export async function writeTables(bundle: Bundle, folder: string): Promise<void> {
  for (const part of PARTS) {
    const gzip = createGzip({ level: 1 });
    const file = gzip.pipe(createWriteStream(join(folder, `${part}.tsv.gz`)));
    gzip.write('user\titem\n');
    for (const lines of tableLines(bundle[part])) if (!gzip.write(lines)) await once(gzip, 'drain');
    gzip.end();
    await once(file, 'finish');
  }
}

function* tableLines({ rowStarts, items }: Csr): Generator<string> {
  for (let user = 0; user + 1 < rowStarts.length; user += 1) {
    const own = items.subarray(rowStarts[user], rowStarts[user + 1]);
    if (own.length > 0) yield `${[...own].map((item) => `${user}\t${item}`).join('\n')}\n`;
  }
}
