import { describe, expect, it } from 'vitest';
import { importFiles, rowsOf } from './importFixture.js';

const NAME = 'yelp_academic_dataset_review.json';

/** A review on the n-th day of 2016, and whether its date has a time of day. */
const review = (user: string, business: string, stars: number, day: number, hours = '') =>
  JSON.stringify({
    review_id: 'r',
    user_id: user,
    business_id: business,
    stars,
    useful: 0,
    text: 'Was nice.\n"date": "2001-01-01"',
    date: new Date(Date.UTC(2016, 0, day)).toISOString().slice(0, 10) + hours,
  });
const REVIEWS = Array.from({ length: 10 }, (_, at) => review('-xU_1', `b-${at}`, at === 4 ? 2 : 5, at + 1));
const text = `${REVIEWS.join('\n')}\n`;

describe("Yelp's review.json", () => {
  it('is recognised beside the other files of its archive, and split by its dates', async () => {
    const files = { [NAME]: text, 'yelp_academic_dataset_user.json': '{"user_id": "-xU_1"}\n' };
    const imported = await importFiles(files, { split: { kind: 'temporal' } });
    expect(imported.report.format).toBe('yelp');
    expect(imported.bundle.header.fpRule).toBe('rating<3');
    expect(rowsOf(imported, 'train')).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((at) => `-xU_1 b-${at} ${at === 4 ? 0 : 1}`),
    );
    expect([rowsOf(imported, 'valid'), rowsOf(imported, 'test')]).toEqual([['-xU_1 b-8 1'], ['-xU_1 b-9 1']]);
  });

  it('has dates with a time of day too, which decides within a day', async () => {
    const sameDay = [17, 9, 23].map((hour, at) => {
      return review('u', `b-${at}`, 5, 1, ` ${String(hour).padStart(2, '0')}:30:00`);
    });
    const imported = await importFiles(
      { 'review.json': sameDay.join('\n') },
      { split: { kind: 'leave-last-n', n: 1 } },
    );
    expect([rowsOf(imported, 'train'), rowsOf(imported, 'valid')]).toEqual([['u b-1 1'], ['u b-0 1']]);
  });

  it.each(['2016-02-30', '2016-13-01', '16-01-01', '2016-01-01 25:00:00'])(
    'refuses the date %s',
    async (date) => {
      const line = review('u', 'b', 5, 1).replace('2016-01-01', date);
      const files = { [NAME]: `${text}${line}\n` };
      await expect(importFiles(files, { split: { kind: 'temporal' } })).rejects.toThrow(
        new RegExp(`line 11: timestamp "${date}" is neither a number nor a date`),
      );
    },
  );
});
