/** The part of SearchService that the trials table asks: pages of a view in any order, and its size. Reads only. */
import { createHash } from 'node:crypto';
import type { SearchServiceServer } from '@adt/proto/gen/adt/v1/search';
import type { TrialView } from '@adt/proto/gen/adt/v1/table';
import { z } from 'zod';
import { sweepGoal } from '../store/sweeps.js';
import { FIELDS } from '../store/table/fields.js';
import { viewAnchors, viewRanges, viewSize } from '../store/table/measure.js';
import { tablePage } from '../store/table/rows.js';
import type { Position, View } from '../store/table/view.js';
import { checkInteger } from './check.js';
import type { Context } from './context.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { invalid, notFound } from './refusal.js';
import { rangeToWire, tableRowToWire } from './tableWire.js';
import { unary } from './unary.js';
import { checkFilter } from './viewFilter.js';

/** As many as there are numeric columns to colour. */
const MOST_RANGES = 16;

const cursorSchema = z.strictObject({
  view: z.string(),
  key: z.union([z.number(), z.string(), z.null()]),
  number: z.int(),
});

export function tableHandlers(context: Context): Pick<SearchServiceServer, 'queryTrials' | 'measureTrials'> {
  const { db, log } = context;

  const readView = async (wire: TrialView | undefined): Promise<View> => {
    if (wire === undefined) throw invalid('view', 'must be given');
    const sweepId = checkInteger('view.sweep_id', wire.sweepId, 1);
    const goal = await sweepGoal(db, sweepId);
    if (goal === null) throw notFound(`sweep ${sweepId}`);
    const { groupSeeds } = wire;
    const order =
      wire.sort === ''
        ? { sort: 'best_value', descending: goal.maximize }
        : { sort: checkField('view.sort', wire.sort), descending: wire.descending };
    return { sweepId, filter: checkFilter(wire.filter), ...order, groupSeeds };
  };

  return {
    queryTrials: unary(log, async (request) => {
      const limit = checkInteger('limit', request.limit, 0, 1_000) || 100;
      const view = await readView(request.view);
      const page = await tablePage(db, view, { after: readCursor(view, request.cursor), limit });
      const nextCursor = page.next === null ? '' : cursorOf(view, page.next);
      return { rows: page.rows.map(tableRowToWire), nextCursor };
    }),

    measureTrials: unary(log, async (request) => {
      const every = request.every === 0 ? 0 : checkInteger('every', request.every, 10, 1_000);
      const ranges = checkRanges(request.ranges);
      const view = await readView(request.view);
      const [size, anchors, found] = await Promise.all([
        viewSize(db, view),
        every === 0 ? [] : viewAnchors(db, view, every),
        viewRanges(db, view, ranges),
      ]);
      const cursors = anchors.map((position) => cursorOf(view, position));
      return { ...size, anchors: cursors, ranges: found.map(rangeToWire) };
    }),
  };
}

function checkField(path: string, name: string): string {
  if (!FIELDS.has(name)) throw invalid(path, `must be one of ${[...FIELDS.keys()].join(', ')}`);
  return name;
}

function checkRanges(names: readonly string[]): readonly string[] {
  if (names.length > MOST_RANGES) throw invalid('ranges', `must have at most ${MOST_RANGES} entries`);
  for (const [at, name] of names.entries()) {
    checkField(`ranges[${at}]`, name);
    if (FIELDS.get(name)?.kind !== 'number' || name === 'state')
      throw invalid(`ranges[${at}]`, `${name} is no number`);
  }
  return names;
}

function cursorOf(view: View, { key, number }: Position): string {
  return encodeCursor({ view: fingerprint(view), key, number });
}

/** @throws Refusal for a cursor of another view: its key means something else there */
function readCursor(view: View, text: string): Position | null {
  const cursor = decodeCursor(text, cursorSchema);
  if (cursor === null) return null;
  const field = FIELDS.get(view.sort);
  const fits = cursor.key === null || typeof cursor.key === (field?.kind === 'text' ? 'string' : 'number');
  if (cursor.view !== fingerprint(view) || !fits) throw invalid('cursor', 'is of another view');
  return { key: cursor.key, number: checkInteger('cursor', cursor.number, 0) };
}

function fingerprint(view: View): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 12);
}
