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

test('an engine whose only backend does not load is missing, and the reason names what to do', async () => {
  vi.stubEnv('ADT_TFJS_BACKEND', 'node-gpu');
  const { found, missing } = await findEngines();
  // A machine with a GPU and TensorFlow's package has nothing missing.
  if (found.some(({ name }) => name === 'tfjs')) return;
  expect(missing).toContainEqual({ name: 'tfjs', reason: expect.stringMatching(/^node-gpu: ./) });
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
