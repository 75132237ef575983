import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeEngine } from '@adt/worker/engines/native/nativeEngine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ADT = fileURLToPath(new URL('../../bin/adt.mjs', import.meta.url));
const WASM = { ADT_TFJS_BACKEND: 'wasm' };

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'adt-engines-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

type Run = { code: number; stdout: string; stderr: string };

function adt(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env } };
    execFile(process.execPath, [ADT, '--data-dir', dataDir, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('adt engines', () => {
  it('lists every engine that loads, best first, with its version and device', async () => {
    const { code, stdout } = await adt(['engines', '--json'], WASM);
    expect(code).toBe(0);
    const { engines, missing } = JSON.parse(stdout);
    const tfjs = {
      name: 'tfjs',
      version: '4.22.0',
      device: expect.stringMatching(/^cpu \(wasm/),
      skipped: [],
    };
    if (nativeEngine().ok) {
      expect(engines).toEqual([expect.objectContaining({ name: 'native', skipped: [] }), tfjs]);
      expect(missing).toEqual([]);
    } else {
      expect(engines).toEqual([tfjs]);
      expect(missing).toEqual([{ name: 'native', reason: expect.stringContaining('npm run build') }]);
    }
  });

  it('prints a table on stdout, and on stderr what is missing', async () => {
    const { stdout, stderr } = await adt(['engines'], WASM);
    expect(stdout).toMatch(/^engine +version +device\n(native .*\n)?tfjs +4\.22\.0 +cpu \(wasm/);
    expect(stderr === '' || !nativeEngine().ok).toBe(true);
  });

  it.each([
    [{ ADT_TFJS_BACKEND: 'webgl' }, 'adt: ADT_TFJS_BACKEND: must be one of node-gpu, node, wasm, cpu\n'],
    [{ ADT_ENGINE: 'torch' }, 'adt: ADT_ENGINE: must be native or tfjs\n'],
  ])('refuses a variable that names nothing, in one line: %o', async (env, stderr) => {
    const args = ['train', '--dataset', 'synthetic', '--epochs', '1'];
    expect(await adt(args, env)).toEqual({ code: 2, stdout: '', stderr });
  });
});

describe('adt train --engine', () => {
  it('trains on the engine that it names', async () => {
    const args = ['train', '--dataset', 'synthetic', '--epochs', '1', '--engine', 'tfjs', '--json'];
    const { code, stdout, stderr } = await adt(args, WASM);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).engine).toMatchObject({ name: 'tfjs', version: '4.22.0' });
  });

  it('refuses an engine that there is not', async () => {
    const { code, stderr } = await adt(['train', '--dataset', 'synthetic', '--engine', 'torch']);
    expect(code).toBe(2);
    expect(stderr).toContain('native, tfjs');
  });
});
