import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { allRows, type Files, importFiles } from './importFixture.js';

/** Two users with ten ratings each; of user 7 the item 101 is rated 2, all else 3 or more. */
const RATINGS = [7, 9].flatMap((user) =>
  Array.from({ length: 10 }, (_, at) => ({
    user,
    item: 101 + at,
    rating: user === 7 && at === 0 ? 2 : 3 + (at % 3),
    time: 978_300_760 + at,
  })),
);
const lines = (write: (row: (typeof RATINGS)[number]) => string) => `${RATINGS.map(write).join('\n')}\n`;

const FILES: Record<string, Files> = {
  'movielens-udata': {
    'u.data': lines(({ user, item, rating, time }) => `${user}\t${item}\t${rating}\t${time}`),
    'u.item': '101|Toy Story (1995)\n',
  },
  'movielens-dat': {
    'ratings.dat': lines(({ user, item, rating, time }) => `${user}::${item}::${rating}::${time}`),
    'movies.dat': '101::Toy Story (1995)::Comedy\n',
    'users.dat': '7::F::1::10::48067\n',
  },
  'movielens-csv': {
    'ratings.csv': `userId,movieId,rating,timestamp\n${lines(
      ({ user, item, rating, time }) => `${user},${item},${rating}.0,${time}`,
    )}`,
    'movies.csv': 'movieId,title,genres\n101,"Heat, the film",Crime\n',
  },
};

describe.each(Object.entries(FILES))('%s', (format, files) => {
  const [name = '', content = ''] = Object.entries(files)[0] ?? [];

  it('is recognised in its directory, ids numbered, ratings under 3 false positives', async () => {
    const imported = await importFiles(files);
    expect(imported.report).toMatchObject({ format, files: [{ rows: 20, skipped: 0 }] });
    expect(imported.bundle.header).toMatchObject({ users: 2, items: 10, fpRule: 'rating<3' });
    const flags = RATINGS.map(({ user, item, rating }) => `${user} ${item} ${rating < 3 ? 0 : 1}`).sort();
    const read = allRows(imported);
    expect(flags).toEqual(expect.arrayContaining(read));
    expect(read.length).toBe(20 - imported.report.droppedFalsePositives);
  });

  it('is recognised by its content, whatever its name is, and as gzip', async () => {
    const packed = gzipSync(content);
    const imported = await importFiles({ 'a.txt.gz': packed }, {}, 'a.txt.gz');
    expect(imported.report.format).toBe(format);
    expect(imported.bundle.train).toEqual((await importFiles(files, {}, name)).bundle.train);
  });
});

describe('a damaged file of MovieLens is refused with its line:', () => {
  const withLine = (name: string, line: string): Files => {
    const files = Object.values(FILES).find((each) => name in each) as Files;
    return { [name]: `${files[name] as string}${line}\n` };
  };
  it.each([
    ['u.data', '7\t101\t3', /line 21: 3 fields, 4 expected/],
    ['u.data', '7\t101\tgood\t978300760', /line 21: rating "good" is not a number/],
    ['ratings.dat', '7::101::3', /line 21: not user::item::rating::timestamp/],
    ['ratings.dat', '7:x:101::3::978300760', /line 21: not user::item::rating::timestamp/],
    ['ratings.dat', '::101::3::978300760', /line 21: the user is empty/],
    ['ratings.csv', '7,101', /line 22: 2 fields, 4 expected/],
  ])('%s, %s', async (name, line, message) => {
    await expect(importFiles(withLine(name, line), {}, name)).rejects.toThrow(message);
  });

  it('a time that is none, where the split asks for it', async () => {
    const files = withLine('u.data', '7\t101\t3\tyesterday');
    await expect(importFiles(files, { split: { kind: 'temporal' } }, 'u.data')).rejects.toThrow(
      /line 21: timestamp "yesterday" is neither a number nor a date/,
    );
    expect((await importFiles(files, {}, 'u.data')).report.files[0]).toMatchObject({ duplicates: 1 });
  });
});
