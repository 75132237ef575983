/** The sweep file's `seeds:` block: which seeds the search trains with, and which confirm what it found. */
import type { Confirmation, SweepDocument } from './document.js';
import { at, type Findings, refuse } from './finding.js';
import { type Mapping, readInteger, readList, readMapping, refuseRepeats } from './read.js';

const PATH = 'seeds';
const MAX_SEED = 0xffff_ffff;
export const MAX_SEEDS = 100;
/** Ten pairs can show p < 0.01 by the sign-flip test (2/2¹⁰); five can't even show 0.05. */
const CONFIRM_COUNT = 10;
const CONFIRM_BASE = 2019;
const MAX_CONFIRMED = 20;

/** @param value the block; absent: one search seed and no confirmation */
export function readSeeds(
  value: unknown,
  findings: Findings,
): Pick<SweepDocument, 'seeds' | 'samplerSeed' | 'confirm'> {
  const entry =
    value === undefined ? {} : (readMapping(value, PATH, ['search', 'sampler', 'confirm'], findings) ?? {});
  const seeds = entry.search === undefined ? [1] : readSeedList(entry.search, at(PATH, 'search'), findings);
  const sampler =
    entry.sampler === undefined
      ? 1
      : readInteger(entry.sampler, at(PATH, 'sampler'), [0, MAX_SEED], findings);
  const confirm = entry.confirm == null ? null : readConfirm(entry.confirm, findings);
  if (confirm !== null) refuseUsedSeeds(confirm, seeds, findings);
  return { seeds, samplerSeed: sampler ?? 1, confirm };
}

/** `[1, 2]`, or `{count: 3, base: 2019}` for 2019, 2020, 2021. */
function readSeedList(value: unknown, path: string, findings: Findings): number[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entry = readMapping(value, path, ['count', 'base'], findings) ?? {};
    return readRun(entry, path, { count: null, base: 1 }, findings);
  }
  const list = readList(value, path, findings) ?? [];
  if (list.length > MAX_SEEDS)
    refuse(findings, path, `holds ${list.length} seeds, the limit is ${MAX_SEEDS}`);
  refuseRepeats(list, path, findings);
  return list
    .slice(0, MAX_SEEDS)
    .map((seed, index) => readInteger(seed, at(path, index), [0, MAX_SEED], findings))
    .filter((seed) => seed !== null);
}

/** `{count, base, top_k}`, or a list of seeds. */
function readConfirm(value: unknown, findings: Findings): Confirmation {
  const path = at(PATH, 'confirm');
  if (Array.isArray(value)) return { seeds: readSeedList(value, path, findings), topK: 1 };
  const entry = readMapping(value, path, ['count', 'base', 'top_k'], findings) ?? {};
  const seeds = readRun(entry, path, { count: CONFIRM_COUNT, base: CONFIRM_BASE }, findings);
  const topK =
    entry.top_k === undefined ? 1 : readInteger(entry.top_k, at(path, 'top_k'), [1, MAX_CONFIRMED], findings);
  return { seeds, topK: topK ?? 1 };
}

/** base, base + 1, …; `count: null` must be given. */
function readRun(
  entry: Mapping,
  path: string,
  absent: { count: number | null; base: number },
  findings: Findings,
): number[] {
  const given = (key: 'count' | 'base', bounds: readonly [number, number]) =>
    entry[key] === undefined && absent[key] !== null
      ? absent[key]
      : readInteger(entry[key], at(path, key), bounds, findings);
  const count = given('count', [1, MAX_SEEDS]) ?? 0;
  const base = given('base', [0, MAX_SEED - MAX_SEEDS]) ?? absent.base;
  return Array.from({ length: count }, (_, index) => base + index);
}

/** What a configuration was chosen by can't also confirm it. */
function refuseUsedSeeds({ seeds }: Confirmation, search: readonly number[], findings: Findings): void {
  const used = seeds.filter((seed) => search.includes(seed));
  if (used.length > 0)
    refuse(
      findings,
      at(PATH, 'confirm'),
      `must be fresh: ${used.slice(0, 5).join(', ')} ${used.length === 1 ? 'is a search seed' : 'are search seeds'} too`,
    );
}
