/** What the trials table asks of the coordinator, for the page, its routes and its export. */
import 'server-only';
import { FilterOp, type MeasureTrialsReply, type TrialView } from '@adt/proto/gen/adt/v1/table';
import { COLUMNS } from '@/components/trials/columns';
import { rowOfTable, type TrialPage } from '@/components/trials/rows';
import type { Op, View } from '@/components/trials/view';
import { ask } from './coordinator';
import type { Answer } from './problem';
import { READ_DEADLINE_MS } from './tunables';

const WIRE_OPS: Record<Op, FilterOp> = {
  in: FilterOp.IN,
  not: FilterOp.NOT_IN,
  lt: FilterOp.LESS,
  le: FilterOp.AT_MOST,
  gt: FilterOp.MORE,
  ge: FilterOp.AT_LEAST,
  has: FilterOp.CONTAINS,
  set: FilterOp.PRESENT,
  unset: FilterOp.ABSENT,
};

export async function trialPage(
  sweepId: number,
  view: View,
  { cursor, limit }: { cursor: string; limit: number },
): Promise<Answer<TrialPage>> {
  const request = { view: toWire(sweepId, view), cursor, limit };
  const reply = await ask((client) => client.queryTrials, request, READ_DEADLINE_MS);
  if (!reply.ok) return reply;
  const { rows, nextCursor } = reply.value;
  return { ok: true, value: { rows: rows.map(rowOfTable), nextCursor } };
}

/** @param every rows between anchors; 0: none */
export function measureView(sweepId: number, view: View, every: number): Promise<Answer<MeasureTrialsReply>> {
  const heated = new Set(COLUMNS.filter(({ heat }) => heat).map(({ id }) => id));
  const ranges = view.heatMap ? view.columns.filter((id) => heated.has(id)).slice(0, 16) : [];
  const request = { view: toWire(sweepId, view), every, ranges };
  return ask((client) => client.measureTrials, request, READ_DEADLINE_MS);
}

function toWire(sweepId: number, { sort, descending, filter, groupSeeds }: View): TrialView {
  const terms = filter.map(({ field, op, values }) => ({ field, op: WIRE_OPS[op], values: [...values] }));
  return { sweepId, filter: terms, sort, descending, groupSeeds };
}
