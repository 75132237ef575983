/** Which engine trains, and what is said about those that don't. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EnvError } from '../envError.js';
import { engineEnv } from './engineEnv.js';
import { nativeEngine } from './native/nativeEngine.js';
import { findEngines, listEngines, openEngine } from './registry.js';

const hasNative = nativeEngine().ok;

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the engine that trains', () => {
  test.skipIf(!hasNative)('is native where it loads, and nothing is said', async () => {
    const note = vi.fn();
    expect((await openEngine({ note })).info.name).toBe('native');
    expect(note).not.toHaveBeenCalled();
  });

  test('is the one that is asked for', async () => {
    vi.stubEnv('ADT_TFJS_BACKEND', 'wasm');
    expect((await openEngine({ name: 'tfjs' })).info).toMatchObject({ name: 'tfjs', version: '4.22.0' });
  });

  test('is the one that ADT_ENGINE asks for, and the only one listed', async () => {
    vi.stubEnv('ADT_TFJS_BACKEND', 'wasm');
    vi.stubEnv('ADT_ENGINE', 'tfjs');
    expect((await openEngine()).info.name).toBe('tfjs');
    expect(await listEngines()).toEqual([
      { name: 'tfjs', version: '4.22.0', device: expect.stringMatching(/^cpu \(wasm/) },
    ]);
  });
});

test('a listed engine says what it would rather run on, and why it does not', async () => {
  const { found } = await findEngines();
  const tfjs = found.find(({ name }) => name === 'tfjs');
  // Machines differ in what they have; what comes before the backend that was taken is always accounted for.
  const before = { gpu: 0, 'cpu (TensorFlow)': 1, 'cpu (wasm': 2 };
  const skipped = Object.entries(before).find(([device]) => tfjs?.device.startsWith(device))?.[1];
  expect(tfjs?.skipped).toHaveLength(skipped as number);
  for (const { reason } of tfjs?.skipped ?? []) expect(reason).not.toBe('');
});

test('an engine whose only backend does not load is missing, and the reason names what to do', async () => {
  const { found } = await findEngines();
  const skipped = found.find(({ name }) => name === 'tfjs')?.skipped.find(({ name }) => name === 'node-gpu');
  if (skipped === undefined) return;
  vi.stubEnv('ADT_TFJS_BACKEND', 'node-gpu');
  const { missing } = await findEngines();
  expect(missing).toContainEqual({ name: 'tfjs', reason: `node-gpu: ${skipped.reason}` });
});

test.each([
  { ADT_ENGINE: 'torch', message: 'ADT_ENGINE: must be native or tfjs' },
  { ADT_TFJS_BACKEND: 'webgl', message: 'ADT_TFJS_BACKEND: must be one of node-gpu, node, wasm, cpu' },
])('a variable that names nothing is refused: $message', ({ message, ...env }) => {
  expect(() => engineEnv(env)).toThrow(EnvError);
  expect(() => engineEnv(env)).toThrow(message);
});

test('a variable set to nothing counts as not set', () => {
  expect(engineEnv({ ADT_ENGINE: '', ADT_TFJS_BACKEND: '' })).toEqual({});
});
