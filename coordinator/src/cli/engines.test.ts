import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeEngine } from '@adt/worker/engines/native/nativeEngine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ADT = fileURLToPath(new URL('../../bin/adt.mjs', import.meta.url));
const WASM = { ADT_TFJS_BACKEND: 'wasm' };
const hasNative = nativeEngine().ok;

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
  const missing = { version: null, device: null, reason: expect.stringContaining('npm run build') };
  const loads = (version: string, device: RegExp) => ({
    version,
    device: expect.stringMatching(device),
    reason: null,
  });

  it('lists every engine, best first, and every backend of tfjs, in one JSON document', async () => {
    const { code, stdout, stderr } = await adt(['engines', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { engines } = JSON.parse(stdout);
    expect(engines).toEqual([
      {
        name: 'native',
        trains: hasNative,
        backends: [],
        ...(hasNative ? loads('0.1.0', /^cpu \(/) : missing),
      },
      expect.objectContaining({ name: 'tfjs', trains: !hasNative, reason: null }),
    ]);
    const backends: { name: string; reason: string | null }[] = engines[1].backends;
    expect(backends.map(({ name }) => name)).toEqual(['node-gpu', 'node', 'wasm', 'cpu']);
    expect(backends.slice(2)).toEqual([
      expect.objectContaining({ name: 'wasm', ...loads('4.22.0', /^cpu \(wasm/) }),
      expect.objectContaining({ name: 'cpu', ...loads('4.22.0', /^cpu \(JavaScript\)$/) }),
    ]);
  });

  it('prints a line a backend with how to choose it, and on stderr what the missing ones lack', async () => {
    const { stdout, stderr } = await adt(['engines']);
    const [header, native, ...tfjs] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(header).toEqual(['engine', 'backend', 'version', 'device', 'chosen by']);
    expect(native?.at(-1)).toBe(hasNative ? 'default' : 'missing');
    expect(tfjs.map(([name, backend]) => `${name} ${backend}`)).toEqual([
      'tfjs node-gpu',
      'tfjs node',
      'tfjs wasm',
      'tfjs cpu',
    ]);
    expect(tfjs.at(-1)?.at(-1)).toBe('ADT_TFJS_BACKEND=cpu');
    const lacking = tfjs
      .filter((cells) => cells.at(-1) === 'missing')
      .map((cells) => `tfjs on ${cells[1]}: `);
    const remarks = stderr.split('\n').filter((line) => line.startsWith('tfjs on '));
    expect(remarks.map((line) => lacking.find((start) => line.startsWith(start)))).toEqual(lacking);
  });

  it('says what ADT_ENGINE and ADT_TFJS_BACKEND choose', async () => {
    const { stdout, stderr } = await adt(['engines'], { ...WASM, ADT_ENGINE: 'tfjs' });
    expect(stdout).toMatch(/^tfjs +wasm +4\.22\.0 +cpu \(wasm.* ADT_ENGINE=tfjs$/m);
    expect(stdout).not.toMatch(/default|node/);
    expect(stderr).toContain('ADT_TFJS_BACKEND=wasm: no other backend of tfjs was tried\n');
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
