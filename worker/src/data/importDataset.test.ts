import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, PARTS, type Part } from './bundle.js';
import { DataError } from './dataError.js';
import { decodeIds } from './decodeBundle.js';
import { type Imported, type ImportOptions, importDataset } from './importDataset.js';

let root: string;
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'adt-import-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Files = Record<string, string | Uint8Array>;

/** Writes the files into a folder of their own and gives its path. */
async function write(files: Files): Promise<string> {
  const folder = join(root, String(folders++));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function importFrom(path: string, options: Partial<ImportOptions> = {}): Promise<Imported> {
  return importDataset({
    path,
    name: 'films',
    format: null,
    users: null,
    items: null,
    mapIds: false,
    fp: null,
    kCore: null,
    split: null,
    source: null,
    files: {},
    signal: new AbortController().signal,
    ...options,
  });
}

async function importFiles(files: Files, options: Partial<ImportOptions> = {}): Promise<Imported> {
  return importFrom(await write(files), options);
}

/** `[user, item, flag]` in the order of the bundle. */
function rowsOf(bundle: Bundle, part: Part): (number | null)[][] {
  const { rowStarts, items, truePositive } = bundle[part];
  return Array.from(items, (item, at) => {
    const user = rowStarts.findIndex((start, row) => row > 0 && at < start) - 1;
    return [user, item, truePositive === null ? null : (truePositive[at] ?? null)];
  });
}

const VALID = 'user\titem\n0\t1\n';
const TEST = 'user\titem\n0\t2\n';
const withTrain = (train: string | Uint8Array, name = 'train.tsv'): Files => ({
  [name]: train,
  'valid.tsv': VALID,
  'test.tsv': TEST,
});

describe('reading files', () => {
  it('takes parts as given, keeps integer ids and reads flags', async () => {
    const { bundle } = await importFiles({
      'train.tsv': 'user\titem\ttrue_positive\n3\t1\t0\n0\t4\t1\n0\t2\t1\n',
      'valid.tsv': 'user\titem\ttrue_positive\n1\t0\t0\n',
      'test.tsv': 'user\titem\ttrue_positive\n1\t2\t1\n1\t3\t0\n',
    });
    expect(bundle.header).toMatchObject({
      users: 4,
      items: 5,
      fpRule: 'flag',
      idBytes: { users: null, items: null },
    });
    expect(rowsOf(bundle, 'train')).toEqual([
      [0, 2, 1],
      [0, 4, 1],
      [3, 1, 0],
    ]);
    expect(rowsOf(bundle, 'valid')).toEqual([[1, 0, 0]]);
    expect(rowsOf(bundle, 'test')).toEqual([[1, 2, 1]]);
  });

  it.each([
    ['tabs', 'user\titem\trating\n1\t2\t5\n1\t3\t1\n'],
    ['commas', 'user,item,rating\n1,2,5\n1,3,1\n'],
    ['CRLF', 'user,item,rating\r\n1,2,5\r\n1,3,1\r\n'],
    ['a byte order mark', '\ufeffuser,item,rating\n1,2,5\n1,3,1\n'],
    ['no line end at the end', 'user,item,rating\n1,2,5\n1,3,1'],
    ['blank lines at the end', 'user,item,rating\n1,2,5\n1,3,1\n\r\n\n'],
    ['quotes', '"user","item","rating"\r\n"1","2","5"\r\n1,3,"1"\r\n'],
    ['other columns, other order', 'title,rating,item,user\n"Heat, ""1995""\nuncut",5,2,1\nX,1,3,1\n'],
    ['a time stamp', 'user,item,rating,timestamp\n1,2,5,978300760\n1,3,1,\n'],
    ['decimals', 'user,item,rating\n1,2,4.5\n1,3,2.5e0\n'],
  ])('reads %s', async (_what, train) => {
    const { bundle } = await importFiles(withTrain(train, 'train.csv'));
    expect(bundle.header.fpRule).toBe('rating<3');
    expect(rowsOf(bundle, 'train')).toEqual([
      [1, 2, 1],
      [1, 3, 0],
    ]);
  });

  it('reads gzip whatever the file is called', async () => {
    const train = gzipSync('user\titem\n1\t2\n');
    const expected = [[1, 2, null]];
    expect(rowsOf((await importFiles(withTrain(train, 'train.tsv.gz'))).bundle, 'train')).toEqual(expected);
    expect(rowsOf((await importFiles(withTrain(train))).bundle, 'train')).toEqual(expected);
  });

  it('gives the same rows whatever the chunks are in which a file arrives', async () => {
    const lines = Array.from(
      { length: 60_000 },
      (_, at) => `"${at % 977}",${at % 613},"${'é'.repeat(at % 7)}"`,
    );
    const { bundle, report } = await importFiles(
      withTrain(`user,item,title\n${lines.join('\n')}\n`, 'train.csv'),
    );
    const pairs = new Set(lines.map((_, at) => `${at % 977},${at % 613}`));
    expect(bundle.train.items.length).toBe(pairs.size);
    expect(report.files[0]).toMatchObject({ rows: 60_000, duplicates: 60_000 - pairs.size });
  });

  it('reads the layout of the authors, whose third column is the flag', async () => {
    const { bundle } = await importFiles({
      'adressa.train.rating': '0\t1\t1\n0\t2\t0\n',
      'adressa.valid.rating': '0\t3\t0\n',
      'adressa.test.negative': '0\t4\t1\n0\t5\t0\n',
    });
    expect(bundle.header).toMatchObject({ users: 1, items: 6, fpRule: 'flag' });
    expect(rowsOf(bundle, 'train')).toEqual([
      [0, 1, 1],
      [0, 2, 0],
    ]);
    expect(rowsOf(bundle, 'test')).toEqual([[0, 4, 1]]);
  });

  it('takes the sizes that are given, for ids that never occur', async () => {
    const { bundle } = await importFiles(withTrain(VALID), { users: 10, items: 20 });
    expect(bundle.header).toMatchObject({ users: 10, items: 20 });
  });

  it('gives the same bytes for the same input', async () => {
    const path = await write(withTrain(VALID));
    expect((await importFrom(path)).file).toEqual((await importFrom(path)).file);
  });
});

describe('ids', () => {
  it('numbers text ids in order of first appearance over all parts and keeps them', async () => {
    const { bundle, file, report } = await importFiles({
      'train.csv': 'user,item\nzoë,B00\nadam,A11\n',
      'valid.csv': 'user,item\nadam,B00\n',
      'test.csv': 'user,item\n"eve, ""x""",C22\n',
    });
    expect(decodeIds(file)).toEqual({ users: ['zoë', 'adam', 'eve, "x"'], items: ['B00', 'A11', 'C22'] });
    expect(rowsOf(bundle, 'test')).toEqual([[2, 2, null]]);
    expect(report.numbered).toEqual({ users: true, items: true });
  });

  it('numbers integers too when a column mixes them with text', async () => {
    const { bundle, file } = await importFiles({
      'train.csv': 'user,item\n7,1\n5,2\n7,3\n',
      'valid.csv': 'user,item\nanna,1\n',
      'test.csv': 'user,item\n5,9\n',
    });
    expect(decodeIds(file)).toEqual({ users: ['7', '5', 'anna'], items: null });
    expect(rowsOf(bundle, 'test')).toEqual([[1, 9, null]]);
    expect(rowsOf(bundle, 'train')).toEqual([
      [0, 1, null],
      [0, 3, null],
      [1, 2, null],
    ]);
  });

  it('takes 007 for a name, and numbers all ids when asked to', async () => {
    const leading = await importFiles(withTrain('user\titem\n007\t1\n7\t1\n'));
    expect(decodeIds(leading.file).users).toEqual(['007', '7', '0']);
    const mapped = await importFiles(withTrain('user\titem\n4000000000\t1\n'), { mapIds: true });
    expect(decodeIds(mapped.file)).toEqual({ users: ['4000000000', '0'], items: ['1', '2'] });
  });
});

describe('false positives', () => {
  const files = withTrain('user\titem\trating\tdwell\n0\t0\t2\t60\n0\t5\t5\t3\n');

  it.each([
    ['rating<3', [0, 1]],
    ['rating<5.5', [0, 0]],
    ['dwell<10', [1, 0]],
    ['none', [null, null]],
  ])('are told by --fp %s', async (fp, flags) => {
    const { bundle } = await importFiles(files, { fp });
    expect(bundle.header.fpRule).toBe(fp);
    expect(rowsOf(bundle, 'train').map(([, , flag]) => flag)).toEqual(flags);
  });

  it('are dropped from the test part and counted', async () => {
    const { bundle, report } = await importFiles({
      ...files,
      'test.tsv': 'user\titem\trating\n0\t2\t1\n0\t3\t4\n',
    });
    expect(rowsOf(bundle, 'test')).toEqual([[0, 3, 1]]);
    expect(report.droppedFalsePositives).toBe(1);
  });

  it('count as true when any of the repeated lines says so, whatever their order', async () => {
    const lines = ['0\t1\t0', '0\t1\t1', '0\t2\t0', '0\t2\t0'];
    for (const order of [lines, [...lines].reverse()]) {
      const train = `user\titem\ttrue_positive\n${order.join('\n')}\n`;
      const { bundle, report } = await importFiles(withTrain(train));
      expect(rowsOf(bundle, 'train')).toEqual([
        [0, 1, 1],
        [0, 2, 0],
      ]);
      expect(report.files[0]).toMatchObject({ rows: 4, duplicates: 2 });
    }
  });

  it('leaves a pair that stands in two parts as given, and counts it', async () => {
    const { bundle, report } = await importFiles(withTrain('user\titem\n0\t1\n0\t2\n'));
    expect(report.shared).toEqual({ trainValid: 1, trainTest: 1, validTest: 0 });
    expect(PARTS.map((part) => bundle[part].items.length)).toEqual([2, 1, 1]);
  });
});

describe('the split of one file', () => {
  const lines = Array.from({ length: 40 }, (_, at) =>
    [0, 1].map((user) => `${user},${at},${(at % 5) + 1}`),
  ).flat();
  const ratings = (rows: string[]) => ({ 'ratings.csv': `user,item,rating\n${rows.join('\n')}\n` });
  const split = async (rows: string[], seed: number) =>
    importFrom(join(await write(ratings(rows)), 'ratings.csv'), { split: { kind: 'ratio', seed } });

  it('is 8:1:1 for each user, with true positives only in test', async () => {
    const { bundle, report } = await split(lines, 1);
    for (const user of [0, 1]) {
      const count = (part: Part) => rowsOf(bundle, part).filter(([owner]) => owner === user).length;
      expect([count('train'), count('valid')]).toEqual([32, 4]);
    }
    expect(bundle.test.items.length + report.droppedFalsePositives).toBe(8);
    expect(bundle.test.truePositive?.every((flag) => flag === 1)).toBe(true);
    expect(report.shared).toEqual({ trainValid: 0, trainTest: 0, validTest: 0 });
  });

  it('depends on the seed and not on the order of the lines', async () => {
    const first = await split(lines, 1);
    expect((await split([...lines].reverse(), 1)).file).toEqual(first.file);
    expect(rowsOf((await split(lines, 2)).bundle, 'valid')).not.toEqual(rowsOf(first.bundle, 'valid'));
  });

  it('says so when no user has enough interactions', async () => {
    await expect(split(lines.slice(0, 4), 1)).rejects.toThrow(/the test set is empty: no user has the five/);
  });
});

describe('bad input is refused with file, line and reason:', () => {
  const bad: [string, Files, RegExp, Partial<ImportOptions>?][] = [
    ['a ragged row', withTrain('user\titem\n0\t1\n0\n'), /train\.tsv: line 3: 1 fields, 2 expected/],
    ['a row with a field too many', withTrain('user\titem\n0\t1\t7\n'), /line 2: 3 fields, 2 expected/],
    ['a blank line between rows', withTrain('user\titem\n0\t1\n\n0\t2\n'), /line 3: blank line/],
    [
      'bytes that are no UTF-8',
      withTrain(Buffer.from('user\titem\nJos\xe9\t1\n', 'latin1')),
      /line 2: not UTF-8/,
    ],
    ['UTF-16', withTrain(Buffer.from('\ufeffuser\titem\n0\t1\n', 'utf16le')), /line 1: not UTF-8/],
    [
      'a negative id',
      withTrain('user\titem\n0\t-1\n'),
      /line 2: item "-1" is not an integer in \[0, 2\^31\)/,
    ],
    ['a decimal id', withTrain('user\titem\n0.5\t1\n'), /line 2: user "0.5" is not an integer/],
    [
      'an id of 2^31',
      withTrain('user\titem\n2147483648\t1\n'),
      /line 2: user "2147483648" is not an integer/,
    ],
    [
      'an id with a space',
      withTrain('user,item\n0, 1\n', 'train.csv'),
      /line 2: item " 1" is not an integer/,
    ],
    [
      'an id too large to keep',
      withTrain('user\titem\n2000000000\t1\n'),
      /line 2: user 2000000000 needs a table/,
    ],
    ['an empty id', withTrain('user\titem\n\t1\n'), /line 2: the user is empty/],
    [
      'an id beyond --users',
      withTrain('user\titem\n0\t1\n5\t1\n'),
      /line 3: user "5" is not an integer in \[0, 5\)/,
      { users: 5 },
    ],
    [
      'an id beyond --items in valid',
      withTrain('user\titem\n0\t0\n'),
      /valid\.tsv: line 2: item "1" .* \[0, 1\)/,
      { items: 1 },
    ],
    [
      'text ids with --users',
      withTrain('user\titem\nanna\t1\n'),
      /line 2: user "anna" is not an integer in \[0, 5\)/,
      { users: 5 },
    ],
    [
      'a flag of 2',
      withTrain('user\titem\ttrue_positive\n0\t1\t2\n'),
      /line 2: true_positive must be 0 or 1 \(got "2"\)/,
    ],
    [
      'an empty flag',
      withTrain('user\titem\ttrue_positive\n0\t1\t\n'),
      /line 2: true_positive must be 0 or 1 \(got ""\)/,
    ],
    [
      'a rating that is no number',
      withTrain('user\titem\trating\n0\t1\tgood\n'),
      /line 2: rating "good" is not a number/,
    ],
    ['a rating of NaN', withTrain('user\titem\trating\n0\t1\tNaN\n'), /line 2: rating "NaN" is not a number/],
    [
      'an endless rating',
      withTrain('user\titem\trating\n0\t1\t1e999\n'),
      /line 2: rating "1e999" is not a number/,
    ],
    [
      'no header',
      withTrain('0\t1\n0\t2\n'),
      /line 1: the header must name .* user is missing \(got "0", "1"\)/,
    ],
    ['a column mistyped', withTrain('user\titme\n0\t1\n'), /item is missing .* is "itme" meant\?/],
    [
      'a label column mistyped',
      withTrain('user\titem\tratings\n0\t1\t2\n'),
      /unknown column "ratings", is rating meant/,
      { fp: 'flag' },
    ],
    ['a column twice', withTrain('user\titem\tuser\n0\t1\t2\n'), /names column user twice/],
    [
      'a rule without its column',
      withTrain('user\titem\n0\t1\n'),
      /--fp dwell<10: no file has a column dwell/,
      { fp: 'dwell<10' },
    ],
    [
      'a rule that is none',
      withTrain('user\titem\n0\t1\n'),
      /--fp: must be rating<N, .* \(got "rating>3"\)/,
      { fp: 'rating>3' },
    ],
    ['a header alone', withTrain('user\titem\n'), /train\.tsv: no interaction in it/],
    ['an empty file', withTrain(''), /train\.tsv: the file is empty/],
    [
      'a .gz that is not gzip',
      withTrain('user\titem\n0\t1\n', 'train.tsv.gz'),
      /ends in \.gz but is not gzip/,
    ],
    [
      'a gzip that is cut',
      withTrain(gzipSync(VALID.repeat(100)).subarray(0, 30), 'train.tsv.gz'),
      /broken gzip/,
    ],
    [
      'a quote that is not closed',
      withTrain('user,item,title\n0,1,"abc\n', 'train.csv'),
      /line 2: a quote is not closed/,
    ],
    [
      'text behind a quote',
      withTrain('user,item,title\n0,1,"a"b\n', 'train.csv'),
      /line 2: text after a closing quote/,
    ],
    [
      'a directory without train',
      { 'valid.tsv': VALID, 'test.tsv': TEST },
      /no file for train .* only test\.tsv, valid\.tsv/,
    ],
    ['a directory with one table', { 'ratings.tsv': VALID }, /to split one file, name it: .*ratings\.tsv/],
    ['an empty directory', {}, /no file for train .* no data file at all/],
    [
      'two files for a part',
      { ...withTrain(VALID), 'train.csv': VALID },
      /several files for train .* choose with --train FILE/,
    ],
    [
      'a test part of false positives',
      { ...withTrain(VALID), 'test.tsv': 'user\titem\trating\n0\t1\t1\n' },
      /the test set is empty: all of its 1/,
    ],
    [
      'a test part without rows',
      { ...withTrain(VALID), 'test.tsv': 'user\titem\n' },
      /test\.tsv: no interaction in it/,
    ],
    [
      'text ids in the layout of the authors',
      { 'a.train.rating': 'x\t1\t1\n', 'a.valid.rating': '0\t1\t1\n', 'a.test.negative': '0\t1\t1\n' },
      /a\.train\.rating: line 1: user "x" is not an integer/,
    ],
    ['a name with a slash', withTrain(VALID), /name "\.\.\/x" must be 1-64 of/, { name: '../x' }],
    ['a source of two lines', withTrain(VALID), /--source: must be one line/, { source: 'a\nb' }],
    [
      'the name of the built-in data set',
      withTrain(VALID),
      /name synthetic belongs to the built-in/,
      { name: 'synthetic' },
    ],
  ];

  it.each(bad)('%s', async (_what, files, message, options = {}) => {
    const refused = await importFiles(files, options).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataError);
    expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) });
  });

  it('a path that is not there', async () => {
    await expect(importFrom(join(root, 'nowhere'))).rejects.toThrow(/nowhere: no such file or directory/);
  });

  it('more than memory is for: a line without an end', async () => {
    const train = Buffer.concat([Buffer.from('user,item,title\n0,1,"'), Buffer.alloc(3 << 20, 'x')]);
    await expect(importFiles(withTrain(train, 'train.csv'))).rejects.toThrow(
      /line 2: longer than 1048576 bytes/,
    );
  });
});

it('stops with the reason of the signal when it is aborted', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(importFiles(withTrain(VALID), { signal: stop.signal })).rejects.toThrow('enough');
});
