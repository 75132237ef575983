/** `*.train.rating`, `*.valid.rating`, `*.test.negative` of the paper's authors: user, item, flag, no header line. */
import { badLine } from '../lines.js';
import { firstRecord, readDelimited } from './delimited.js';
import type { Format } from './format.js';

export const authors: Format = {
  id: 'authors',
  ids: 'strict',
  columns: async () => ['user', 'item', 'true_positive'],
  async read(file, wanted, onRow, options) {
    const { length: count } = await firstRecord(file, options.signal);
    if (count !== 2 && count !== 3) {
      throw badLine(file.name, 1, `${count} fields; in this layout a line is user, item, flag`);
    }
    // The flag stands on every line of a file or is left out on every line.
    const plan = { count, user: 0, item: 1, label: count === 3 ? 2 : null, time: null };
    return readDelimited(file, { plan, hasHeader: false, delimiter: null }, wanted, onRow, options);
  },
};
