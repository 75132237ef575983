/** What an import refuses, and that it says which file, which line and why. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from './dataError.js';
import { type Files, importFiles, TEST, VALID, withTrain } from './formats/importFixture.js';
import type { ImportOptions } from './importDataset.js';

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
  ['a negative id', withTrain('user\titem\n0\t-1\n'), /line 2: item "-1" is not an integer in \[0, 2\^31\)/],
  ['a decimal id', withTrain('user\titem\n0.5\t1\n'), /line 2: user "0.5" is not an integer/],
  ['an id of 2^31', withTrain('user\titem\n2147483648\t1\n'), /line 2: user "2147483648" is not an integer/],
  ['an id with a space', withTrain('user,item\n0, 1\n', 'train.csv'), /line 2: item " 1" is not an integer/],
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
  ['a .gz that is not gzip', withTrain('user\titem\n0\t1\n', 'train.tsv.gz'), /ends in \.gz but is not gzip/],
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

describe('bad input is refused with file, line and reason:', () => {
  it.each(bad)('%s', async (_what, files, message, options = {}) => {
    const refused = await importFiles(files, options).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataError);
    expect(refused).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) });
  });

  it('a path that is not there', async () => {
    await expect(importFiles({}, {}, 'nowhere')).rejects.toThrow(/nowhere: no such file or directory/);
  });

  it('more than memory is for: a line without an end', async () => {
    const train = Buffer.concat([Buffer.from('user,item,title\n0,1,"'), Buffer.alloc(3 << 20, 'x')]);
    await expect(importFiles(withTrain(train, 'train.csv'))).rejects.toThrow(
      /line 2: longer than 1048576 bytes/,
    );
  });
});
