import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryTaken, lockDirectory } from './directoryLock.js';
import { startMark } from './otherProcess.js';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adt-test-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a second owner is refused while the first one lives', () => {
  lockDirectory(path);
  expect(() => lockDirectory(path)).toThrow(DirectoryTaken);
  expect(() => lockDirectory(path)).toThrow(String(process.pid));
  expect(readdirSync(folder)).toEqual(['lock']);
});

test('a lock that was given back is free', () => {
  lockDirectory(path).release();
  expect(readdirSync(folder)).toEqual([]);
  lockDirectory(path);
});

test.each([
  ['whose process is gone', { pid: 2 ** 22 + 1, mark: '1' }],
  ['whose number now belongs to another process', { pid: process.ppid, mark: 'of an earlier one' }],
])('a lock %s is taken over', (_case, holder) => {
  writeFileSync(path, JSON.stringify(holder));
  lockDirectory(path);
});

test('a lock of a live process is respected, whoever it is', () => {
  writeFileSync(path, JSON.stringify({ pid: process.ppid, mark: startMark(process.ppid) }));
  expect(() => lockDirectory(path)).toThrow(`in use by process ${process.ppid}`);
});

test('a damaged lock is taken over', () => {
  writeFileSync(path, '{"pid":');
  lockDirectory(path);
});

test('a lock that another has taken meanwhile is not removed by the former owner', () => {
  const former = lockDirectory(path);
  const other = { pid: process.ppid, mark: startMark(process.ppid) };
  writeFileSync(path, JSON.stringify(other));
  former.release();
  expect(readdirSync(folder)).toEqual(['lock']);
});
