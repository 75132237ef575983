/** `adt train --checkpoint`: real processes that are killed, and go on as if nothing had happened. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listEngines } from '@adt/worker/engines/registry';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const ADT = fileURLToPath(new URL('../../bin/adt.mjs', import.meta.url));
const noEngine = (await listEngines()).length === 0;
const TRAINING = '--epochs 2 --eval-every 10 --valid-users 300 --loss T-CE --eps-max 0.1 --eps-n 100'.split(
  ' ',
);
const VALIDATIONS = 31;

const seed = Date.now() >>> 0;
console.log(`trainCheckpoint: seed ${seed}`);

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'adt-checkpoint-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

type Ended = { code: number | null; signal: string | null; stdout: string; stderr: string };

function start(file: string | null, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const checkpoint = file === null ? [] : ['--checkpoint', file, '--checkpoint-every', '0'];
  const command = [ADT, '--data-dir', dataDir, 'train', '--dataset', 'synthetic', '--json'];
  const child = spawn(process.execPath, [...command, ...TRAINING, ...checkpoint, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text) => (output.stdout += text));
  child.stderr?.on('data', (text) => (output.stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }) as Ended);
  return { child, ended };
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adt-checkpoint-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Calls back at the n-th change in the folder: temporary files that come, grow, and take the checkpoint's place. */
function atChange(folder: string, n: number, call: () => void): void {
  let changes = 0;
  const watcher = watch(folder, () => {
    changes += 1;
    if (changes === n) call();
  });
  onTestFinished(() => watcher.close());
}

/** The printed document without what depends on the clock. */
function timeless(json: string): unknown {
  const { seconds: _, facts: __, samplesPerSecond: ___, threads: ____, ...rest } = JSON.parse(json);
  return rest;
}

describe.skipIf(noEngine)('adt train --checkpoint', () => {
  it('killed at any moment, again and again, prints in the end what an undisturbed run prints', async () => {
    const undisturbed = await start(null).ended;
    expect(undisturbed).toMatchObject({ code: 0, stderr: '' });
    const expected = timeless(undisturbed.stdout) as { curve: unknown[] };
    expect(expected.curve).toHaveLength(VALIDATIONS);

    const folder = await emptyFolder();
    const file = join(folder, 'training.ckpt');
    let state = seed;
    const kills: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const n = 1 + Math.floor((state / 2 ** 32) * 20);
      kills.push(n);
      const { child, ended } = start(file);
      atChange(folder, n, () => child.kill('SIGKILL'));
      expect(await ended, `seed ${seed}`).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    }
    const last = await start(file, '--threads', '1').ended;
    expect(last.code, last.stderr).toBe(0);
    expect(timeless(last.stdout), `seed ${seed}, kills at ${kills}`).toEqual(expected);
    expect(await readdir(folder)).toEqual(['training.ckpt']);
  }, 120_000);

  it('stops on Ctrl-C with exit code 130, says how to go on, and goes on from there', async () => {
    const undisturbed = await start(null).ended;
    const folder = await emptyFolder();
    const file = join(folder, 'training.ckpt');
    const { child, ended } = start(file);
    atChange(folder, 12, () => child.kill('SIGINT'));
    const stopped = await ended;
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    const at = /^stopped; saved at iteration (\d+) in (.*): the same command goes on from there\n$/.exec(
      stopped.stderr,
    );
    expect(at?.[2], stopped.stderr).toBe(file);

    const resumed = await start(file).ended;
    expect(resumed.stderr).toBe(`goes on from iteration ${at?.[1]} of 308 in ${file}\n`);
    expect(timeless(resumed.stdout)).toEqual(timeless(undisturbed.stdout));
  }, 60_000);

  it('refuses what it can not go on from in one line, exit code 2, and leaves the file alone', async () => {
    const folder = await emptyFolder();
    const file = join(folder, 'training.ckpt');
    expect(await start(file).ended).toMatchObject({ code: 0 });
    const whole = await readFile(file);
    const refused = (stderr: string) => ({ code: 2, stdout: '', stderr });
    expect(await start(file, '--seed', '7').ended).toMatchObject(
      refused(`adt: ${file}: the checkpoint is of another training: seed 1, not 7\n`),
    );
    expect((await readFile(file)).equals(whole)).toBe(true);

    await writeFile(file, whole.subarray(0, 1000));
    expect(await start(file).ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^adt: .*training\.ckpt: the checkpoint is (damaged or )?cut[^\n]*\n$/),
    });
    await writeFile(file, 'my thesis');
    expect(await start(file).ended).toMatchObject(
      refused(`adt: ${file}: not a checkpoint: it begins otherwise\n`),
    );
    expect(await readFile(file, 'utf8')).toBe('my thesis');
    expect(await start(folder).ended).toMatchObject(
      refused(`adt: ${folder}: not a checkpoint: not a file\n`),
    );
    const nowhere = join(folder, 'no', 'folder');
    expect(await start(join(nowhere, 'a.ckpt')).ended).toMatchObject(
      refused(`adt: --checkpoint: there is no folder ${nowhere}\n`),
    );
  }, 60_000);
});
