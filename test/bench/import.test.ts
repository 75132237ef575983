import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benchImport, SHAPES, USUAL } from './import.js';

let under: string;
beforeAll(async () => {
  under = await mkdtemp(join(tmpdir(), 'adt-bench-test-'));
});
afterAll(() => rm(under, { recursive: true, force: true }));

it.each(SHAPES)('the import bench measures the import of %s and leaves no file', async (shape) => {
  const result = await benchImport({ ...USUAL, rows: 20_000, users: 900, items: 400, shape, under });
  expect(result).toMatchObject({ shape, rows: 20_000 });
  expect(result.fileBytes).toBeGreaterThan(20_000 * 15);
  // The import of Node alone takes 40 MB and the time to start it.
  expect(result.peakBytes).toBeGreaterThan(40e6);
  expect(result.wallSeconds).toBeGreaterThan(0.1);
  expect(result.cpuSeconds).toBeGreaterThan(0.1);
  expect(await readdir(under)).toEqual([]);
});
