/** Tells the format of a data file from its name and its first line. */
import { basename } from 'node:path';
import { didYouMean } from '@adt/proto/nearest';
import { readBytes } from '../byteSource.js';
import { DataError } from '../dataError.js';
import { LF, MAX_LINE_BYTES, markLength } from '../lines.js';
import { adressa, adressaUrl } from './adressa.js';
import { amazonRatings } from './amazonRatings.js';
import { amazonReviews } from './amazonReviews.js';
import { authors } from './authors.js';
import { type DataFile, FORMATS, type Format, type FormatId } from './format.js';
import { movielensCsv, movielensDat, movielensUdata } from './movielens.js';
import { table } from './table.js';
import { yelp } from './yelp.js';

const ALL: Record<FormatId, Format> = {
  table,
  authors,
  'movielens-udata': movielensUdata,
  'movielens-dat': movielensDat,
  'movielens-csv': movielensCsv,
  'amazon-reviews': amazonReviews,
  'amazon-ratings': amazonRatings,
  yelp,
  adressa,
  'adressa-url': adressaUrl,
};

/** Files of the authors, the one layout that only its name gives away. */
export const AUTHORS_FILE = /(^|\.)(train|valid|test)\.(rating|negative)(\.gz)?$/;

/** What a line of each looks like, the most particular first. */
const BY_FIRST_LINE: readonly [RegExp, Format][] = [
  [/^[^:,\t]+::[^:,\t]+::\d(\.\d+)?::\d+$/, movielensDat],
  [/^\d+\t\d+\t\d(\.\d+)?\t\d{6,}$/, movielensUdata],
  [/^"?userId"?,"?movieId"?(,|$)/, movielensCsv],
  [/^[^,\t"]+,[^,\t"]+,\d(\.\d+)?,\d{6,}$/, amazonRatings],
];

/** Keys that every object of a format has. */
const BY_KEYS: readonly [readonly string[], Format][] = [
  [['reviewerID', 'asin', 'overall'], amazonReviews],
  [['user_id', 'business_id', 'stars'], yelp],
  [['userId', 'eventId'], adressa],
  [['userId', 'activeTime'], adressa],
];

/** @throws DataError BAD_INPUT with the formats there are */
export function formatNamed(id: string): Format {
  const found = FORMATS.find((known) => known === id);
  if (found !== undefined) return ALL[found];
  const guess = didYouMean(id, FORMATS);
  throw new DataError(
    'BAD_INPUT',
    `--format: unknown ${JSON.stringify(id)}${guess}; there are ${FORMATS.join(', ')}`,
  );
}

/**
 * The format of a file, a table where nothing tells another one.
 * @throws DataError BAD_INPUT: unreadable, or JSON of no known source
 */
export async function recognise(file: DataFile, signal: AbortSignal): Promise<Format> {
  if (AUTHORS_FILE.test(basename(file.path))) return authors;
  const line = await firstLine(file, signal);
  if (line.startsWith('{') || line.startsWith('[')) return recogniseJson(file.name, line);
  return BY_FIRST_LINE.find(([shape]) => shape.test(line))?.[1] ?? table;
}

function recogniseJson(name: string, line: string): Format {
  const keys = keysOf(line);
  if (keys === null) {
    const hint = line.startsWith("{'") ? '; single quotes are Python, not JSON: convert it first' : '';
    throw new DataError('BAD_INPUT', `${name}: line 1: JSON is read as one whole object a line${hint}`);
  }
  const found = BY_KEYS.find(([needed]) => needed.every((key) => keys.includes(key)));
  if (found !== undefined) return found[1];
  const given = keys.slice(0, 8).join(', ');
  throw new DataError(
    'BAD_INPUT',
    `${name}: line 1: objects of no known source (with ${given}); see --format`,
  );
}

function keysOf(line: string): string[] | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : null;
  } catch {
    return null;
  }
}

/** Cut where it is longer than any line may be; bytes that are no UTF-8 are the reader's to refuse. */
async function firstLine(file: DataFile, signal: AbortSignal): Promise<string> {
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of readBytes(file.path, file.name, { signal })) {
    start = Buffer.concat([start, chunk]);
    if (chunk.includes(LF) || start.length > MAX_LINE_BYTES) break;
  }
  const end = start.indexOf(LF);
  return start.toString('utf8', markLength(start), end < 0 ? start.length : end).trimEnd();
}
