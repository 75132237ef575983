/** A tab- or comma-separated table whose header line names user, item and perhaps label and timestamp. */

import { planColumns } from '../columns.js';
import { DataError } from '../dataError.js';
import { firstRecord, readDelimited } from './delimited.js';
import type { DataFile, Format } from './format.js';

export const table: Format = {
  id: 'table',
  ids: 'kept',
  columns: headerOf,
  async read(file, wanted, onRow, options) {
    const plan = planColumns(file.name, await headerOf(file, options.signal), wanted);
    return readDelimited(file, { plan, hasHeader: true, delimiter: null }, wanted, onRow, options);
  },
};

async function headerOf(file: DataFile, signal: AbortSignal): Promise<readonly string[]> {
  const columns = await firstRecord(file, signal);
  if (columns.length === 0) throw new DataError('BAD_INPUT', `${file.name}: there is no line in it`);
  return columns;
}
