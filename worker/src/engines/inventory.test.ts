/** What a person is told about the engines of a machine. */
import { describe, expect, test } from 'vitest';
import { takeInventory } from './inventory.js';
import { nativeEngine } from './native/nativeEngine.js';
import { BACKENDS } from './tfjs/backendNames.js';

const hasNative = nativeEngine().ok;

describe('the inventory', async () => {
  const [native, tfjs] = await takeInventory({});

  test('has each engine, best first, and one of them trains', () => {
    expect([native?.name, tfjs?.name]).toEqual(['native', 'tfjs']);
    expect(native).toMatchObject({ trains: hasNative, backends: [] });
    expect(tfjs?.trains).toBe(!hasNative);
  });

  test('has every backend of tfjs, fastest first, each with what it is or why it is not', () => {
    expect(tfjs?.backends.map(({ name }) => name)).toEqual(BACKENDS);
    for (const { version, device, reason } of tfjs?.backends ?? []) {
      if (reason === null) expect([version, device]).toEqual(['4.22.0', expect.stringMatching(/^[cg]pu \(/)]);
      else expect([version, device, reason]).toEqual([null, null, expect.stringMatching(/.{10}/)]);
    }
  });

  test('says tfjs runs on the fastest backend that loads, and on no other', () => {
    const loading = tfjs?.backends.filter(({ reason }) => reason === null) ?? [];
    expect(tfjs?.backends.filter(({ isUsed }) => isUsed)).toEqual(loading.slice(0, 1));
    expect(tfjs).toMatchObject({ version: loading[0]?.version, device: loading[0]?.device });
  });
});

test('an engine that is asked for trains, on the only backend that is tried', async () => {
  const [native, tfjs] = await takeInventory({ engine: 'tfjs', tfjsBackend: 'cpu' });
  expect(native?.trains).toBe(false);
  const cpu = { version: '4.22.0', device: 'cpu (JavaScript)', reason: null };
  expect(tfjs).toEqual({
    name: 'tfjs',
    trains: true,
    ...cpu,
    backends: [{ name: 'cpu', isUsed: true, ...cpu }],
  });
});
