/** Amazon's ratings-only tables, without a header: user,item,rating,timestamp (2014) or item,user,… (2018). */
import { COMMA } from '../records.js';
import { firstRecord, readDelimited } from './delimited.js';
import type { Format } from './format.js';

/** An item's number, and a reviewer's. The first column tells which of the two orders a file has. */
const ASIN = /^[0-9B][0-9A-Z]{9}$/;
const REVIEWER = /^A[0-9A-Z]{9,}$/;

export const amazonRatings: Format = {
  id: 'amazon-ratings',
  ids: 'numbered',
  columns: async () => ['user', 'item', 'rating', 'timestamp'],
  async read(file, wanted, onRow, options) {
    const [first = '', second = ''] = await firstRecord(file, options.signal);
    const itemFirst = ASIN.test(first) && REVIEWER.test(second);
    const [user, item] = itemFirst ? [1, 0] : [0, 1];
    const plan = { count: 4, user, item, label: 2, time: 3 };
    return readDelimited(file, { plan, hasHeader: false, delimiter: COMMA }, wanted, onRow, options);
  },
};
