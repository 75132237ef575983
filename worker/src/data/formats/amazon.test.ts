import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { allRows, importFiles } from './importFixture.js';

const REVIEWERS = ['A2SUAM1J3GNN3B', 'A1N4O8VOJZTDVB'];
const ROWS = REVIEWERS.flatMap((user) =>
  Array.from({ length: 10 }, (_, at) => ({
    user,
    item: `B00000000${at}`,
    rating: 3 + (at % 3),
    time: 1_252_800_000 + at,
  })),
);
const EXPECTED = ROWS.map(({ user, item }) => `${user} ${item} 1`).sort();
const lines = (write: (row: (typeof ROWS)[number]) => string) => `${ROWS.map(write).join('\n')}\n`;

const review = ({ user, item, rating, time }: (typeof ROWS)[number]) =>
  JSON.stringify({
    reviewerID: user,
    asin: item,
    reviewerName: 'J. "Doc" \\ Möller',
    helpful: [2, 3],
    reviewText: 'They said {"overall": 1.0, "asin": "none"} \\',
    overall: rating,
    summary: '}',
    unixReviewTime: time,
  });

describe('Amazon reviews as JSON lines', () => {
  const text = lines(review);

  it('are recognised by their keys, plain and as gzip', async () => {
    for (const content of [text, gzipSync(text)]) {
      const imported = await importFiles({ 'Books_5.json': content }, {}, 'Books_5.json');
      expect(imported.report.format).toBe('amazon-reviews');
      expect(imported.bundle.header).toMatchObject({ users: 2, items: 10, fpRule: 'rating<3' });
      expect(allRows(imported)).toEqual(EXPECTED);
    }
  });

  it('take ratings under 3 for false positives', async () => {
    const low = review({ user: REVIEWERS[0] as string, item: 'B000000010', rating: 2, time: 1 });
    const imported = await importFiles({ 'a.json': `${low}\n${text}` }, {}, 'a.json');
    const { train, valid } = imported.bundle.header.parts;
    const counted = (train.falsePositives ?? 0) + (valid.falsePositives ?? 0);
    expect(counted + imported.report.droppedFalsePositives).toBe(1);
  });

  it.each([
    [
      'a line without a reviewer',
      '{"asin": "B1", "overall": 5.0, "unixReviewTime": 1}',
      /line 21: the object has no reviewerID/,
    ],
    [
      'a reviewer that is null',
      '{"reviewerID": null, "asin": "B1", "overall": 5}',
      /line 21: the object has no reviewerID/,
    ],
    ['an object that is cut', '{"reviewerID": "A1", "asin": "B', /line 21: not a JSON object \(column 30\)/],
    ['an empty id', '{"reviewerID": "", "asin": "B1", "overall": 5}', /line 21: the user is empty/],
    [
      'a rating in words',
      '{"reviewerID": "A1", "asin": "B1", "overall": "good"}',
      /line 21: rating "good" is not a number/,
    ],
    ['an array', '["A1", "B1", 5]', /line 21: not a JSON object \(column 1\)/],
  ])('are refused with the line for %s', async (_what, line, message) => {
    await expect(importFiles({ 'a.json': `${text}${line}\n` }, {}, 'a.json')).rejects.toThrow(message);
  });

  it.each([
    [
      "Python's quotes",
      "{'reviewerID': 'A1', 'asin': 'B1', 'overall': 5.0}\n",
      /single quotes are Python, not JSON/,
    ],
    ['one array of all', '[{"reviewerID": "A1"}]\n', /one whole object a line/],
    [
      'objects of another source',
      '{"name": "x", "age": 3}\n',
      /objects of no known source \(with name, age\)/,
    ],
  ])('are not taken for %s', async (_what, content, message) => {
    await expect(importFiles({ 'a.json': content }, {}, 'a.json')).rejects.toThrow(message);
  });
});

describe("Amazon's ratings table without a header", () => {
  const table = (row: (typeof ROWS)[number]) => `${row.user},${row.item},${row.rating}.0,${row.time}`;

  it('is recognised, the user first as in 2014 or the item first as in 2018', async () => {
    const itemFirst = (row: (typeof ROWS)[number]) => `${row.item},${row.user},${row.rating}.0,${row.time}`;
    for (const content of [lines(table), lines(itemFirst)]) {
      const imported = await importFiles({ 'ratings_Books.csv': content, 'readme.md': 'x' });
      expect(imported.report.format).toBe('amazon-ratings');
      expect(allRows(imported)).toEqual(EXPECTED);
    }
  });

  it('is refused with the line for a row that is ragged', async () => {
    const content = `${lines(table)}A1,B1,5.0\n`;
    await expect(importFiles({ 'a.csv': content }, {}, 'a.csv')).rejects.toThrow(
      /line 21: 3 fields, 4 expected/,
    );
  });
});
