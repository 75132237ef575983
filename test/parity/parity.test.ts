/** PyTorch's fixtures, where this machine has them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ENGINE_NAMES } from '@adt/worker/engines/engine';
import { describe, expect, test } from 'vitest';
import { openEngines } from './openEngines.js';
import { caseName, fixtureFiles, runCase } from './runCases.js';

const directory =
  process.env.ADT_PARITY_DIR ?? fileURLToPath(new URL('../../../shared/parity', import.meta.url));

if (!existsSync(directory)) console.log(`parity: skipped, there is no ${directory}`);

const files = existsSync(directory) ? fixtureFiles(directory) : [];
const { engines, missing } = await openEngines();
for (const { name, reason } of missing) console.log(`parity: ${name} skipped, ${reason}`);
const rows = engines.map((engine) => ({ name: engine.info.name, engine }));

describe.skipIf(files.length === 0).each(rows)('$name computes what PyTorch computed', ({ engine }) => {
  for (const file of files) {
    test(caseName(file), () => {
      expect(runCase(engine, file)).toMatchObject({ outcome: 'passed' });
    });
  }
});

describe('what is held to the fixtures', () => {
  test('is the engine that is named, and no other', async () => {
    const [best] = engines;
    const named = await openEngines(best?.info.name);
    expect(named.engines.map(({ info }) => info)).toEqual([best?.info]);
    expect(named.missing).toEqual([]);
  });

  test('is every engine when none is named, loaded or accounted for', () => {
    const names = [...engines.map(({ info }) => info.name), ...missing.map(({ name }) => name)];
    expect(names.sort()).toEqual([...ENGINE_NAMES].sort());
  });
});
