/** MovieLens as GroupLens publishes it: u.data (100K), ratings.dat (1M, 10M), ratings.csv (20M and later). */
import { planColumns } from '../columns.js';
import { COLON, TAB } from '../records.js';
import { firstRecord, fixedFormat, readDelimited } from './delimited.js';
import type { DataFile, Format } from './format.js';

/** user, item, rating, timestamp, by tabs. */
export const movielensUdata = fixedFormat('movielens-udata', {
  plan: { count: 4, user: 0, item: 1, label: 2, time: 3 },
  delimiter: TAB,
});

/** user::item::rating::timestamp. Split at each colon, every other field is empty. */
export const movielensDat = fixedFormat('movielens-dat', {
  plan: { count: 7, user: 0, item: 2, label: 4, time: 6 },
  delimiter: COLON,
  empty: [1, 3, 5],
  shape: 'not user::item::rating::timestamp',
});

const COLUMNS: Readonly<Record<string, string>> = { userId: 'user', movieId: 'item' };

/** A table with a header of its own words: userId,movieId,rating,timestamp. */
export const movielensCsv: Format = {
  id: 'movielens-csv',
  ids: 'numbered',
  columns: headerOf,
  async read(file, wanted, onRow, options) {
    const plan = planColumns(file.name, await headerOf(file, options.signal), wanted);
    return readDelimited(file, { plan, hasHeader: true, delimiter: null }, wanted, onRow, options);
  },
};

async function headerOf(file: DataFile, signal: AbortSignal): Promise<readonly string[]> {
  return (await firstRecord(file, signal)).map((column) => COLUMNS[column] ?? column);
}
