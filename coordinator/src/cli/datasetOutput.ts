/** What `adt dataset` prints: the columns of the paper's Table 2, and how interactions spread. */
import {
  type Bundle,
  type BundleHeader,
  type Csr,
  PARTS,
  type Part,
  type PartStats,
} from '@adt/worker/data/bundle';
import type { ImportReport } from '@adt/worker/data/importDataset';
import type { ListedDataset } from '@adt/worker/data/store';
import { formatBytes, formatCount, formatShare, paint, renderTable } from './output.js';

type Described = { sha256: string; bytes: number; header: BundleHeader };

/** The JSON of a data set in every command's output. */
export function datasetDocument(name: string, { sha256, bytes, header }: Described) {
  const { users, items, parts, fpRule, source } = header;
  return { name, sha256, bytes, users, items, parts, fpRule, source };
}

export function listTable(datasets: readonly ListedDataset[]): string {
  const columns = [
    { title: 'name' },
    ...['users', 'items', 'train', 'FP', 'share', 'valid', 'test', 'size'].map(right),
    { title: 'FP rule' },
    { title: 'hash' },
    { title: 'source' },
  ];
  const rows = datasets.map(({ name, sha256, bytes, header: { users, items, parts, fpRule, source } }) => [
    name,
    formatCount(users),
    formatCount(items),
    formatCount(parts.train.interactions),
    ...falsePositiveCells(parts.train),
    formatCount(parts.valid.interactions),
    formatCount(parts.test.interactions),
    formatBytes(bytes),
    fpRule,
    sha256.slice(0, 12),
    printable(source.length > 40 ? `${source.slice(0, 39)}…` : source),
  ]);
  return renderTable(columns, rows);
}

/** What an import has done, with everything that its owner should know of the data. */
export function describeImport(
  name: string,
  bundle: Bundle,
  report: ImportReport,
  uploaded: boolean,
): string {
  return describeStored(name, bundle, importNotes(report), uploaded);
}

/** What `adt dataset synth` has made. */
export function describeSynth(name: string, bundle: Bundle, uploaded: boolean): string {
  return describeStored(name, bundle, [], uploaded);
}

function describeStored(name: string, bundle: Bundle, notes: readonly string[], uploaded: boolean): string {
  const lines = [
    `${paint('green', '✓')} ${paint('bold', name)}: ${formatCount(bundle.header.users)} users, ` +
      `${formatCount(bundle.header.items)} items, false positives by ${bundle.header.fpRule}`,
    '',
    partsTable(bundle.header),
    '',
    ...notes.map((note) => `${paint('yellow', '!')} ${note}`),
    `${formatBytes(bundle.bytes)}, SHA-256 ${bundle.sha256}`,
  ];
  if (uploaded) lines.push('uploaded to the running platform');
  return lines.join('\n');
}

function importNotes(report: ImportReport): string[] {
  const { files, format, core, droppedFalsePositives, shared, ignored, numbered } = report;
  const notes: string[] = [];
  if (format !== 'table') notes.push(`read as ${format}`);
  for (const { file, duplicates, hasFlags, skipped } of files) {
    if (duplicates > 0) notes.push(`${file}: ${formatCount(duplicates)} repeated pairs merged`);
    if (skipped > 0)
      notes.push(`${file}: ${formatCount(skipped)} records are no interaction and were left out`);
    if (!hasFlags) notes.push(`${file}: no column tells false positives`);
  }
  if (core !== null) {
    const { k, users, items, interactions } = core;
    const taken = `${formatCount(users)} users, ${formatCount(items)} items, ${formatCount(interactions)} interactions`;
    notes.push(`outside of the ${k}-core and left out: ${taken}`);
  }
  if (droppedFalsePositives > 0) {
    notes.push(
      `test keeps true positives only: ${formatCount(droppedFalsePositives)} false positives dropped`,
    );
  }
  const pairs: [number, string, string][] = [
    [shared.trainValid, 'train', 'valid'],
    [shared.trainTest, 'train', 'test'],
    [shared.validTest, 'valid', 'test'],
  ];
  for (const [count, earlier, later] of pairs) {
    if (count === 0) continue;
    notes.push(
      `${formatCount(count)} pairs stand in ${earlier} and ${later}: kept as given, but no ranking can hit them in ${later}`,
    );
  }
  if (numbered.users) notes.push("user ids are numbered; the bundle keeps the source's own beside");
  if (numbered.items) notes.push("item ids are numbered; the bundle keeps the source's own beside");
  if (ignored.length > 0) notes.push(`not read: ${ignored.join(', ')}`);
  return notes;
}

/** `adt dataset show`, as text and as JSON. */
export function showDataset(name: string, bundle: Bundle): { text: string; document: unknown } {
  const spread = PARTS.flatMap((part) => [
    { part, per: 'user' as const, quantiles: quantiles(perUser(bundle[part])) },
    { part, per: 'item' as const, quantiles: quantiles(perItem(bundle[part], bundle.header.items)) },
  ]);
  const { header, sha256, bytes } = bundle;
  const text = [
    tableTwoRow(name, header),
    '',
    `source   ${printable(header.source)}`,
    `FP rule  ${header.fpRule}`,
    `SHA-256  ${sha256}, ${formatBytes(bytes)}`,
    '',
    partsTable(header),
    '',
    spreadTable(spread),
  ].join('\n');
  return { text, document: { ...datasetDocument(name, bundle), spread } };
}

/** As the paper's Table 2 counts: the interactions are those of train. */
function tableTwoRow(name: string, { users, items, parts: { train } }: BundleHeader): string {
  const columns = [
    { title: 'dataset' },
    ...['#user', '#item', '#interaction', '#FP interaction', 'share'].map(right),
  ];
  const counts = [users, items, train.interactions].map(formatCount);
  return renderTable(columns, [[name, ...counts, ...falsePositiveCells(train)]]);
}

function partsTable({ parts }: BundleHeader): string {
  const columns = [{ title: 'part' }, right('interactions'), right('FP'), right('share')];
  return renderTable(
    columns,
    PARTS.map((part) => [part, formatCount(parts[part].interactions), ...falsePositiveCells(parts[part])]),
  );
}

function falsePositiveCells({ interactions, falsePositives }: PartStats): [string, string] {
  if (falsePositives === null) return ['?', '?'];
  return [formatCount(falsePositives), formatShare(falsePositives, interactions)];
}

const QUANTILES = { min: 0, p25: 0.25, median: 0.5, p75: 0.75, p95: 0.95, max: 1 } as const;
type Quantiles = { count: number } & Record<keyof typeof QUANTILES, number>;
type Spread = { part: Part; per: 'user' | 'item'; quantiles: Quantiles };

function spreadTable(spread: readonly Spread[]): string {
  const names = Object.keys(QUANTILES) as (keyof typeof QUANTILES)[];
  const columns = [{ title: 'interactions' }, right('who'), ...names.map(right)];
  const rows = spread.map(({ part, per, quantiles }) => [
    `${part}, a${per === 'item' ? 'n' : ''} ${per}`,
    formatCount(quantiles.count),
    ...names.map((name) => formatCount(quantiles[name])),
  ]);
  return renderTable(columns, rows);
}

/** Of those that occur at all. */
function quantiles(counts: Uint32Array): Quantiles {
  const sorted = counts.filter((count) => count > 0).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const values = Object.entries(QUANTILES).map(([name, share]) => [name, at(share)]);
  return { count: sorted.length, ...Object.fromEntries(values) } as Quantiles;
}

function perUser({ rowStarts }: Csr): Uint32Array {
  const counts = new Uint32Array(rowStarts.length - 1);
  for (let user = 0; user < counts.length; user++) {
    counts[user] = (rowStarts[user + 1] as number) - (rowStarts[user] as number);
  }
  return counts;
}

function perItem({ items }: Csr, itemCount: number): Uint32Array {
  const counts = new Uint32Array(itemCount);
  for (const item of items) counts[item] = (counts[item] as number) + 1;
  return counts;
}

/** File names and free text may hold what a terminal obeys. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

function right(title: string) {
  return { title, align: 'right' as const };
}
