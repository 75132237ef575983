/** PyTorch's fixtures, where this machine has them. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEngines, openEngine } from '@adt/worker/engines/registry';
import { describe, expect, test } from 'vitest';
import { fixtureFiles, runCase } from './runCases.js';

const directory =
  process.env.ADT_PARITY_DIR ?? fileURLToPath(new URL('../../../shared/parity', import.meta.url));

if (!existsSync(directory)) console.log(`parity: skipped, there is no ${directory}`);

const files = existsSync(directory) ? fixtureFiles(directory) : [];
const { found } = await findEngines();

describe.skipIf(files.length === 0).each(found)('$name computes what PyTorch computed', async ({ name }) => {
  const engine = await openEngine({ name });
  for (const file of files) {
    test(basename(file, '.json'), () => {
      expect(runCase(engine, file)).toMatchObject({ outcome: 'passed' });
    });
  }
});
