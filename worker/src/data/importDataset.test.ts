/** Imports of files as they come: formats of text, false positives, and the split of one file. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PARTS, type Part } from './bundle.js';
import {
  importFiles,
  importFrom,
  inFolder,
  numberedRowsOf,
  VALID,
  withTrain,
} from './formats/importFixture.js';

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
    expect(numberedRowsOf(bundle, 'train')).toEqual([
      [0, 2, 1],
      [0, 4, 1],
      [3, 1, 0],
    ]);
    expect(numberedRowsOf(bundle, 'valid')).toEqual([[1, 0, 0]]);
    expect(numberedRowsOf(bundle, 'test')).toEqual([[1, 2, 1]]);
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
    expect(numberedRowsOf(bundle, 'train')).toEqual([
      [1, 2, 1],
      [1, 3, 0],
    ]);
  });

  it('reads gzip whatever the file is called', async () => {
    const train = gzipSync('user\titem\n1\t2\n');
    const expected = [[1, 2, null]];
    expect(numberedRowsOf((await importFiles(withTrain(train, 'train.tsv.gz'))).bundle, 'train')).toEqual(
      expected,
    );
    expect(numberedRowsOf((await importFiles(withTrain(train))).bundle, 'train')).toEqual(expected);
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
    expect(numberedRowsOf(bundle, 'train')).toEqual([
      [0, 1, 1],
      [0, 2, 0],
    ]);
    expect(numberedRowsOf(bundle, 'test')).toEqual([[0, 4, 1]]);
  });

  it('takes the sizes that are given, for ids that never occur', async () => {
    const { bundle } = await importFiles(withTrain(VALID), { users: 10, items: 20 });
    expect(bundle.header).toMatchObject({ users: 10, items: 20 });
  });

  it('gives the same bytes for the same input', async () => {
    await inFolder(withTrain(VALID), async (folder) => {
      expect((await importFrom(folder)).file).toEqual((await importFrom(folder)).file);
    });
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
    expect(numberedRowsOf(bundle, 'train').map(([, , flag]) => flag)).toEqual(flags);
  });

  it('are dropped from the test part and counted', async () => {
    const { bundle, report } = await importFiles({
      ...files,
      'test.tsv': 'user\titem\trating\n0\t2\t1\n0\t3\t4\n',
    });
    expect(numberedRowsOf(bundle, 'test')).toEqual([[0, 3, 1]]);
    expect(report.droppedFalsePositives).toBe(1);
  });

  it('count as true when any of the repeated lines says so, whatever their order', async () => {
    const lines = ['0\t1\t0', '0\t1\t1', '0\t2\t0', '0\t2\t0'];
    for (const order of [lines, [...lines].reverse()]) {
      const train = `user\titem\ttrue_positive\n${order.join('\n')}\n`;
      const { bundle, report } = await importFiles(withTrain(train));
      expect(numberedRowsOf(bundle, 'train')).toEqual([
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
  const split = (rows: string[], seed: number) =>
    importFiles(ratings(rows), { split: { kind: 'ratio', seed } }, 'ratings.csv');

  it('is 8:1:1 for each user, with true positives only in test', async () => {
    const { bundle, report } = await split(lines, 1);
    for (const user of [0, 1]) {
      const count = (part: Part) => numberedRowsOf(bundle, part).filter(([owner]) => owner === user).length;
      expect([count('train'), count('valid')]).toEqual([32, 4]);
    }
    expect(bundle.test.items.length + report.droppedFalsePositives).toBe(8);
    expect(bundle.test.truePositive?.every((flag) => flag === 1)).toBe(true);
    expect(report.shared).toEqual({ trainValid: 0, trainTest: 0, validTest: 0 });
  });

  it('depends on the seed and not on the order of the lines', async () => {
    const first = await split(lines, 1);
    expect((await split([...lines].reverse(), 1)).file).toEqual(first.file);
    expect(numberedRowsOf((await split(lines, 2)).bundle, 'valid')).not.toEqual(
      numberedRowsOf(first.bundle, 'valid'),
    );
  });

  it('says so when no user has enough interactions', async () => {
    await expect(split(lines.slice(0, 4), 1)).rejects.toThrow(/the test set is empty: no user has the five/);
  });
});

it('stops with the reason of the signal when it is aborted', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(importFiles(withTrain(VALID), { signal: stop.signal })).rejects.toThrow('enough');
});
