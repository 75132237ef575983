import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ADT = fileURLToPath(new URL('../../bin/adt.mjs', import.meta.url));
const REAL_DATA = fileURLToPath(new URL('../../../../shared/data', import.meta.url));

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'adt-cli-'));
  await mkdir(join(root, 'films'));
  const part = (rows: string) => `user\titem\ttrue_positive\n${rows}`;
  await writeFile(join(root, 'films', 'train.tsv'), part('0\t1\t1\n0\t2\t0\n1\t0\t1\n'));
  await writeFile(join(root, 'films', 'valid.tsv'), part('0\t3\t1\n'));
  await writeFile(join(root, 'films', 'test.tsv'), part('1\t2\t1\n1\t3\t0\n'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Run = { code: number; stdout: string; stderr: string };

/** Runs the real command with a data dir of its own. */
function adt(dataDir: string, ...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const env = { ...process.env, ADT_DATA_DIR: join(root, dataDir) };
    execFile(
      process.execPath,
      [ADT, ...args],
      { env, cwd: root, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

describe('adt dataset', () => {
  it('imports, lists, shows and removes a data set', async () => {
    const imported = await adt('whole', 'dataset', 'import', 'films', '--name', 'films', '--json');
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const document = JSON.parse(imported.stdout);
    expect(document).toMatchObject({
      name: 'films',
      users: 2,
      items: 4,
      fpRule: 'flag',
      parts: { train: { interactions: 3, falsePositives: 1 }, test: { interactions: 1, falsePositives: 0 } },
      report: { droppedFalsePositives: 1 },
      uploaded: false,
    });
    const listed = JSON.parse((await adt('whole', 'dataset', 'ls', '--json')).stdout);
    expect(listed.datasets).toMatchObject([{ name: 'films', sha256: document.sha256 }]);
    expect((await adt('whole', 'dataset', 'show', 'films')).stdout).toContain(document.sha256);
    expect((await adt('whole', 'dataset', 'rm', 'films')).stdout).toBe('removed films\n');
    expect(await readdir(join(root, 'whole', 'datasets'))).toEqual(['names']);
  });

  it('prints tables without colours in a pipe, numbers at the right', async () => {
    await adt('table', 'dataset', 'import', 'films', '--name', 'films');
    const { stdout } = await adt('table', 'dataset', 'ls');
    const [header, row] = stdout.split('\n');
    expect(header).toMatch(/^name {3}users {2}items {2}train {2}FP {3}share {2}valid {2}test/);
    expect(row).toMatch(/^films {6}2 {6}4 {6}3 {3}1 {2}33\.3 % {6}1 {5}1/);
    expect(stdout).not.toContain('\x1b');
  });

  it('imports a published archive, filtered and split by time', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, at) => `${at % 4}::${at % 15}::${1 + (at % 5)}::${900_000_000 + at}`,
    );
    await mkdir(join(root, 'ml'));
    await writeFile(join(root, 'ml', 'ratings.dat'), `${rows.join('\n')}\n99::0::5::900000000\n`);
    const flags = ['--name', 'ml', '--k-core', '4', '--split', 'temporal', '--json'];
    const imported = await adt('archive', 'dataset', 'import', 'ml', ...flags);
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(imported.stdout)).toMatchObject({
      users: 4,
      items: 15,
      source: 'ml/ratings.dat, 4-core, split 8:1:1 by time',
      parts: { train: { interactions: 48 }, valid: { interactions: 6 } },
      report: { format: 'movielens-dat', core: { k: 4, users: 1, items: 0, interactions: 1 } },
    });
  });

  it('generates data of any size, the same for the same seed', async () => {
    const sizes = ['--users', '300', '--items', '200', '--interactions', '3000', '--fp', '0.2', '--json'];
    const made = await Promise.all(
      ['one', 'two'].map((dir) => adt(dir, 'dataset', 'synth', ...sizes, '--name', 'made')),
    );
    const [one, two] = made.map(({ stdout }) => JSON.parse(stdout));
    expect(one).toMatchObject({ users: 300, parts: { train: { interactions: 3000, falsePositives: 600 } } });
    expect(two.sha256).toBe(one.sha256);
    const shown = (await adt('one', 'dataset', 'show', 'made')).stdout.split('\n');
    expect(shown[0]).toMatch(/^dataset {2}#user {2}#item {2}#interaction {2}#FP interaction {3}share$/);
    expect(shown[1]).toMatch(/^made +300 +200 +3,000 +600 {2}20\.0 %$/);
  });

  it('shows the built-in data set, generating it first', async () => {
    const { stdout } = await adt('builtin', 'dataset', 'show', 'synthetic', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ name: 'synthetic', users: 2000, items: 1000 });
  });

  it('refuses a taken name with other content unless told to replace', async () => {
    await adt('taken', 'dataset', 'import', 'films', '--name', 'films');
    const other = ['dataset', 'import', 'films', '--name', 'films', '--fp', 'none'];
    expect(await adt('taken', ...other)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^adt: films names other content already .*--replace\n$/),
    });
    expect((await adt('taken', ...other, '--replace')).code).toBe(0);
  });

  it('imports from the real files what Table 2 of the paper counts', async (context) => {
    if (!existsSync(join(REAL_DATA, 'adressa'))) context.skip('no ../shared/data/adressa');
    const sizes = ['--users', '212231', '--items', '6596'];
    const path = join(REAL_DATA, 'adressa');
    const { stdout } = await adt('real', 'dataset', 'import', path, '--name', 'adressa', ...sizes, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      users: 212_231,
      items: 6_596,
      parts: {
        train: { interactions: 419_491, falsePositives: null },
        valid: { interactions: 53_262, falsePositives: 35_770 },
        test: { interactions: 18_028, falsePositives: 0 },
      },
      report: { files: [{ rows: 419_491 }, { rows: 53_262 }, { rows: 18_632, duplicates: 604 }] },
    });
  });
});

describe('bad input on the command line is one line and exit code 2:', () => {
  it.each([
    ['an unknown command', ['datast'], /^adt: unknown command 'datast' \(Did you mean dataset\?\)$/],
    [
      'an unknown option',
      ['dataset', 'ls', '--jsn'],
      /^adt: unknown option '--jsn' \(Did you mean --json\?\)$/,
    ],
    [
      'a missing option',
      ['dataset', 'import', 'films'],
      /^adt: required option '--name <name>' not specified$/,
    ],
    ['a missing argument', ['dataset', 'show'], /^adt: missing required argument 'name'$/],
    [
      'a size that is no number',
      ['dataset', 'import', 'films', '--name', 'f', '--users', 'x'],
      /^adt: --users: must be a number \(got "x"\)$/,
    ],
    [
      'a size of none',
      ['dataset', 'import', 'films', '--name', 'f', '--items', '0'],
      /^adt: --items: must be >= 1 \(got 0\)$/,
    ],
    [
      'a path that is not there',
      ['dataset', 'import', 'nowhere', '--name', 'f'],
      /^adt: nowhere: no such file or directory$/,
    ],
    [
      'an unknown format',
      ['dataset', 'import', 'films', '--name', 'f', '--format', 'amazon'],
      /^adt: --format: unknown "amazon".*; there are table, authors, movielens-udata/,
    ],
    [
      'an unknown split',
      ['dataset', 'import', 'films', '--name', 'f', '--split', 'time'],
      /^adt: --split: must be ratio, temporal, leave-last-n \(got "time"\)/,
    ],
    [
      'a split of given parts',
      ['dataset', 'import', 'films', '--name', 'f', '--split', 'temporal'],
      /^adt: --split and --seed: .*films gives its parts, there is nothing to filter or split$/,
    ],
    [
      'a seed where nothing is drawn',
      ['dataset', 'import', 'films', '--name', 'f', '--split', 'temporal', '--seed', '2'],
      /^adt: --seed: only --split ratio draws at random$/,
    ],
    [
      'a size beside a preset',
      ['dataset', 'synth', '--preset', 'yelp-like', '--users', '3'],
      /^adt: --users: --preset sets it already$/,
    ],
    [
      'a size that is missing',
      ['dataset', 'synth', '--users', '3', '--name', 'x'],
      /^adt: --items: required without --preset$/,
    ],
    [
      'an unknown data set',
      ['dataset', 'show', 'filsm'],
      /^adt: no data set "filsm"; the store has synthetic$/,
    ],
  ])('%s', async (_what, args, message) => {
    const { code, stdout, stderr } = await adt('refused', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd()).toMatch(message);
  });

  it('a data dir that is a file', async () => {
    await writeFile(join(root, 'a-file'), '');
    const refused = await adt('a-file', 'dataset', 'ls');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/a data dir must be a directory\n$/),
    });
  });

  it('leaves nothing behind of a refused import', async () => {
    await writeFile(join(root, 'ragged.tsv'), 'user\titem\n0\t1\n0\n');
    const refused = await adt('nothing', 'dataset', 'import', 'ragged.tsv', '--name', 'ragged');
    expect(refused).toMatchObject({ code: 2, stderr: 'adt: ragged.tsv: line 3: 1 fields, 2 expected\n' });
    expect(existsSync(join(root, 'nothing'))).toBe(false);
  });
});

it('says its version, and shows help with examples', async () => {
  expect((await adt('help', '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await adt('help', 'dataset', 'import', '--help')).stdout).toContain('Examples:');
});
