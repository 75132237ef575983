/** JSON lines of which each is a rated review: the fields it must have are named by their keys. */
import { readBytes } from '../byteSource.js';
import { badLine } from '../lines.js';
import { emptyRow, type Format, labelOf, setSlice, timeOf } from './format.js';
import { type Field, jsonField, readJsonLines } from './jsonLines.js';

export type ReviewKeys = { user: string; item: string; rating: string; time: string };

/** A format whose lines all are reviews: a line without a key that is needed is an error. */
export function reviewFormat(id: Format['id'], keys: ReviewKeys): Format {
  return {
    id,
    ids: 'numbered',
    columns: async () => ['user', 'item', 'rating', 'timestamp'],
    async read(file, wanted, onRow, options) {
      const user = jsonField(keys.user);
      const item = jsonField(keys.item);
      const rating = jsonField(keys.rating);
      const time = jsonField(keys.time);
      const needed = [user, item, ...(wanted.label ? [rating] : []), ...(wanted.time ? [time] : [])];
      const row = emptyRow();
      await readJsonLines(readBytes(file.path, file.name, options), file.name, needed, (line) => {
        for (const field of needed) refuseMissing(field, file.name, line);
        row.line = line;
        setSlice(row.user, user.bytes, user.start, user.end);
        setSlice(row.item, item.bytes, item.start, item.end);
        if (wanted.label) row.label = labelOf('rating', rating, file.name, line);
        if (wanted.time) row.time = timeOf(time, file.name, line);
        onRow(row);
      });
      return { skipped: 0 };
    },
  };
}

function refuseMissing({ kind, key }: Field, name: string, line: number): void {
  if (kind === 'none') throw badLine(name, line, `the object has no ${key}`);
}
