import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { afterAll, describe, expect, it } from 'vitest';
import { quickStartSweep } from '../search/presets/quickStart.js';
import { namedDatasets, readSweepFile } from './sweepFile.js';

const folder = mkdtempSync(join(tmpdir(), 'adt-sweep-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('readSweepFile', () => {
  it('takes the format from the name', async () => {
    expect(await readSweepFile(file('a.json', '{}'))).toEqual({ spec: '{}', format: SpecFormat.JSON });
    expect((await readSweepFile(file('a.yaml', 'name: x'))).format).toBe(SpecFormat.YAML);
  });

  it.each([
    ['no-such.yaml', undefined, 'no such file'],
    ['empty.yaml', ' \n', 'is empty'],
    ['binary.yaml', new Uint8Array([0xff, 0xfe, 0x00]), 'is not UTF-8'],
    ['big.yaml', 'x'.repeat(262_145), 'larger than a sweep file may be, 262144 bytes'],
  ])('refuses %s with its name and the reason', async (name, content, reason) => {
    const path = content === undefined ? join(folder, name) : file(name, content);
    const refusal = readSweepFile(path).catch((error: Error) => `${error.name}: ${error.message}`);
    expect(await refusal).toContain(`UsageError: ${path}: `);
    expect(await refusal).toContain(reason);
  });

  it('refuses a directory', async () => {
    await expect(readSweepFile(folder)).rejects.toThrow('is a directory, not a sweep file');
  });
});

describe('namedDatasets', () => {
  const yaml = (spec: string) => namedDatasets({ spec, format: SpecFormat.YAML });

  it('finds them in either form', () => {
    expect(yaml(quickStartSweep('films'))).toEqual(['films']);
    expect(yaml('parameters: {dataset: {values: [a, b, 3, a]}}')).toEqual(['a', 'b']);
  });

  it('finds none where there are none, whatever the file holds', () => {
    expect(yaml('- 1')).toEqual([]);
    expect(yaml('parameters: {dataset: x')).toEqual([]);
    expect(yaml('parameters: {dataset: [x]}')).toEqual([]);
  });
});
