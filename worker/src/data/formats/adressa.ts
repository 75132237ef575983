/** Adressa's events (JSON lines, a file a day): userId, id or url of the article, activeTime in seconds, time. */
import { readBytes } from '../byteSource.js';
import { badLine } from '../lines.js';
import { emptyRow, type Format, labelOf, setSlice, timeOf } from './format.js';
import { jsonField, readJsonLines } from './jsonLines.js';

/** The usual one: pages that are no article, the front page above all, have a url but no id. */
export const adressa = eventFormat('adressa', 'id');

/** For extracts in which articles are told by their address. */
export const adressaUrl = eventFormat('adressa-url', 'url');

/**
 * Events without an article or without an active time are left out and counted: nothing tells whether they were read.
 * Several events of a pair count as the one with the longest active time, since a merged pair is a true positive
 * if any of its rows is.
 */
function eventFormat(id: Format['id'], itemKey: 'id' | 'url'): Format {
  return {
    id,
    ids: 'numbered',
    columns: async () => ['user', 'item', 'dwell', 'timestamp'],
    async read(file, wanted, onRow, options) {
      const [user, item, dwell, time] = ['userId', itemKey, 'activeTime', 'time'].map(jsonField) as Four;
      const row = emptyRow();
      let skipped = 0;
      const source = readBytes(file.path, file.name, options);
      await readJsonLines(source, file.name, [user, item, dwell, time], (line) => {
        if (user.kind === 'none') throw badLine(file.name, line, 'no userId in the object');
        if (item.kind === 'none' || dwell.kind === 'none') {
          skipped++;
          return;
        }
        row.line = line;
        setSlice(row.user, user.bytes, user.start, user.end);
        setSlice(row.item, item.bytes, item.start, item.end);
        if (wanted.label !== null) row.label = labelOf('dwell', dwell, file.name, line);
        if (wanted.time) {
          if (time.kind === 'none') throw badLine(file.name, line, 'no time in the object');
          row.time = timeOf(time, file.name, line);
        }
        onRow(row);
      });
      return { skipped };
    },
  };
}

type Four = [Field, Field, Field, Field];
type Field = ReturnType<typeof jsonField>;
