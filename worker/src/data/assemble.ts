/** From the rows that were read to the three parts: sorted, merged, filtered to the k-core, split. */
import { type Csr, PARTS, type Part } from './bundle.js';
import { buildCsr, selectTruePositives, type TimedCsr } from './csr.js';
import { DataError } from './dataError.js';
import { encodeIdList } from './idList.js';
import type { IdTable } from './idTable.js';
import { kCore } from './kCore.js';
import type { RowRange, Rows } from './readInteractions.js';
import { type Split, splitParts } from './split.js';

/** The rows of one file, or of the files that are split together. */
export type Portion = RowRange & { name: string };

export type PortionReport = {
  file: string;
  rows: number;
  /** Rows that repeated a pair and were merged into it. */
  duplicates: number;
  hasFlags: boolean;
  /** Records that are no interaction. */
  skipped: number;
};

/** What a k-core filter took away. */
export type CoreReport = { k: number; users: number; items: number; interactions: number };

/** One kind of ids: how many there are, and the source's own, where those are not the numbers. */
export type Ids = { count: number; names: IdTable | null };

export type Assembled = {
  parts: Record<Part, Csr>;
  users: number;
  items: number;
  /** As encodeIdList gives them; null where the ids are the source's own integers. */
  ids: Record<'users' | 'items', Uint8Array | null>;
  files: PortionReport[];
  droppedFalsePositives: number;
  core: CoreReport | null;
};

type Sizes = { users: Ids; items: Ids };

/** Parts as the files give them. */
export function assembleParts(portions: readonly Portion[], rows: Rows, { users, items }: Sizes): Assembled {
  const built = portions.map((portion) => build(portion, rows, { users, items }));
  const [train, valid, given] = built.map(({ csr }) => csr) as [Csr, Csr, Csr];
  const test = selectTruePositives(given);
  const droppedFalsePositives = given.items.length - test.items.length;
  const assembled: Assembled = {
    parts: { train, valid, test },
    users: users.count,
    items: items.count,
    ids: { users: encodeIds(users, null), items: encodeIds(items, null) },
    files: built.map(({ report }) => report),
    droppedFalsePositives,
    core: null,
  };
  refuseEmpty(assembled, 'no row of its file is one');
  return assembled;
}

/** One set of interactions, filtered to its k-core where k is given, then split. */
export function assembleSplit(
  portion: Portion,
  rows: Rows,
  { users, items }: Sizes,
  { split, k }: { split: Split; k: number | null },
): Assembled {
  const { report, ...whole } = build(portion, rows, { users, items });
  const kept = k === null ? null : kCore(whole, items.count, k);
  if (kept !== null && kept.csr.items.length === 0)
    throw new DataError(
      'BAD_INPUT',
      `--k-core ${k}: nothing is left, no group of users and items is that dense`,
    );
  const { droppedFalsePositives, ...parts } = splitParts(kept ?? whole, split);
  const assembled: Assembled = {
    parts,
    users: kept?.users.length ?? users.count,
    items: kept?.items.length ?? items.count,
    ids: { users: encodeIds(users, kept?.users ?? null), items: encodeIds(items, kept?.items ?? null) },
    files: [report],
    droppedFalsePositives,
    core: k === null || kept === null ? null : coreReport(k, whole, kept),
  };
  refuseEmpty(assembled, `no user has the ${fewest(split)} interactions it takes to split`);
  return assembled;
}

function build(
  { name, from, to, hasFlags, skipped }: Portion,
  rows: Rows,
  { users, items }: Sizes,
): TimedCsr & { report: PortionReport } {
  const raw = {
    users: rows.users.view(from, to),
    items: rows.items.view(from, to),
    flags: hasFlags ? rows.flags.view(from, to) : null,
    times: rows.times?.view(from, to) ?? null,
  };
  const { csr, times, duplicates } = buildCsr(raw, users.count, items.count);
  return { csr, times, report: { file: name, rows: to - from, duplicates, hasFlags, skipped } };
}

/** @param kept old numbers of the ids that are left, in their new order; null: all are */
function encodeIds({ count, names }: Ids, kept: Uint32Array | null): Uint8Array | null {
  if (names === null && kept === null) return null;
  return encodeIdList(kept?.length ?? count, (id) => {
    const old = kept === null ? id : (kept[id] as number);
    return names === null ? Buffer.from(String(old)) : names.bytesOf(old);
  });
}

function coreReport(k: number, before: TimedCsr, after: ReturnType<typeof kCore>): CoreReport {
  const usersWith = ({ rowStarts }: Csr) => {
    let count = 0;
    for (let user = 0; user + 1 < rowStarts.length; user++)
      if (rowStarts[user] !== rowStarts[user + 1]) count++;
    return count;
  };
  return {
    k,
    users: usersWith(before.csr) - after.users.length,
    items: new Set(before.csr.items).size - after.items.length,
    interactions: before.csr.items.length - after.csr.items.length,
  };
}

/** What a user needs so that all three parts have some of his interactions. */
function fewest(split: Split): string {
  return split.kind === 'leave-last-n' ? String(2 * split.n + 1) : 'five';
}

function refuseEmpty({ parts, droppedFalsePositives: dropped }: Assembled, why: string): void {
  for (const part of [...PARTS].reverse()) {
    if (parts[part].items.length > 0) continue;
    const reason =
      part === 'test' && dropped > 0 ? `all of its ${dropped} interactions are false positives` : why;
    throw new DataError('BAD_INPUT', `the ${part} set is empty: ${reason}`);
  }
}
