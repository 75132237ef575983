/** The sweep file's `budget:` block, and how it is shared out among the strata. */
import type { Budget, Method, SweepDocument } from './document.js';
import { at, type Findings, quote, refuse } from './finding.js';
import { countConfigurations } from './grid.js';
import { readInteger, readMapping, readNumber } from './read.js';
import type { Stratum } from './strata.js';

export const MAX_CONFIGURATIONS = 10_000;
/** Trainings of a sweep, search and confirmation. */
export const MAX_RUNS = 50_000;

const PATH = 'budget';
const KEYS = ['max_trials', 'max_trials_per_stratum', 'max_wall', 'max_concurrent', 'max_failed_fraction'];
const SHARE = { integer: false, min: 0, max: 1, minExcluded: false, maxExcluded: false };
const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const MAX_WALL_DAYS = 365;

/** Methods that would go on for ever. */
const ENDLESS: readonly unknown[] = ['random', 'sobol', 'tpe'] satisfies Method[];

/** @param method as the file says it: a mistyped one should not also miss a budget */
export function readBudget(value: unknown, method: unknown, findings: Findings): Budget {
  const entry = value === undefined ? {} : (readMapping(value, PATH, KEYS, findings) ?? {});
  const limit = (key: string, max: number) =>
    entry[key] === undefined ? null : readInteger(entry[key], at(PATH, key), [1, max], findings);
  if (
    ENDLESS.includes(method) &&
    entry.max_trials === undefined &&
    entry.max_trials_per_stratum === undefined
  )
    refuse(findings, PATH, `method ${method} needs max_trials or max_trials_per_stratum`);
  const { max_wall: wall, max_failed_fraction: failed } = entry;
  return {
    maxTrials: limit('max_trials', MAX_RUNS),
    maxTrialsPerStratum: limit('max_trials_per_stratum', MAX_RUNS),
    maxWallSeconds: wall === undefined ? null : readDuration(wall, at(PATH, 'max_wall'), findings),
    maxConcurrent: limit('max_concurrent', MAX_RUNS),
    maxFailedFraction:
      failed === undefined ? null : readNumber(failed, at(PATH, 'max_failed_fraction'), SHARE, findings),
  };
}

/** `90s`, `30m`, `12h`, `1.5d`, or seconds. */
function readDuration(value: unknown, path: string, findings: Findings): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,6})?) ?([smhd])?$/.exec(String(value));
  const unit = (match?.[2] ?? 's') as keyof typeof UNIT_SECONDS;
  const seconds = Number(match?.[1]) * UNIT_SECONDS[unit];
  if (match !== null && seconds >= 1 && seconds <= MAX_WALL_DAYS * UNIT_SECONDS.d) return seconds;
  refuse(findings, path, `must be like 90s, 30m, 12h or 2d, up to ${MAX_WALL_DAYS}d (got ${quote(value)})`);
  return null;
}

/**
 * Configurations that each stratum may have: the same for all, so that no loss wins by more tuning; null for a grid,
 * which runs all of them. Refuses what is too large before anything is expanded.
 */
export function configurationsPerStratum(
  document: SweepDocument,
  strata: readonly Stratum[],
  findings: Findings,
): number | null {
  const { method, seeds, budget, confirm } = document;
  const perStratum = Math.min(
    Math.floor((budget.maxTrials ?? Number.POSITIVE_INFINITY) / (seeds.length * strata.length)),
    Math.floor((budget.maxTrialsPerStratum ?? Number.POSITIVE_INFINITY) / seeds.length),
  );
  const counts = strata.map(({ parameters }) => countConfigurations(parameters));
  const wanted = counts.map((count) => (method === 'grid' ? count : Math.min(count, perStratum)));
  const configurations = wanted.reduce((sum, count) => sum + count, 0);
  const confirming = strata.length * (confirm ? confirm.seeds.length * confirm.topK : 0);
  if (method !== 'grid' && perStratum < 1) {
    const needed = `${strata.length} strata × ${seeds.length} seeds`;
    refuse(findings, PATH, `is too small for one configuration each: ${needed}`);
  } else if (configurations > MAX_CONFIGURATIONS)
    tooLarge(findings, 'the number of configurations', configurations, MAX_CONFIGURATIONS, 'parameters');
  else if (configurations * seeds.length + confirming > MAX_RUNS)
    tooLarge(
      findings,
      'the number of runs',
      configurations * seeds.length + confirming,
      MAX_RUNS,
      'seeds.search',
    );
  else if (method === 'grid') refuseGridBeyondBudget(document, wanted, findings);
  return method === 'grid' ? null : perStratum;
}

/** A grid is run whole or not at all: cutting it would tune some losses less. */
function refuseGridBeyondBudget(
  { seeds, budget: { maxTrials, maxTrialsPerStratum } }: SweepDocument,
  counts: readonly number[],
  findings: Findings,
): void {
  const runs = counts.reduce((sum, count) => sum + count, 0) * seeds.length;
  const largest = Math.max(...counts) * seeds.length;
  if (maxTrials !== null && runs > maxTrials)
    tooLarge(findings, 'the grid with seeds', runs, maxTrials, 'budget.max_trials');
  if (maxTrialsPerStratum !== null && largest > maxTrialsPerStratum)
    tooLarge(findings, 'the largest stratum', largest, maxTrialsPerStratum, 'budget.max_trials_per_stratum');
}

function tooLarge(findings: Findings, what: string, count: number, limit: number, path: string): void {
  refuse(findings, path, `${what} is ${counted(count)}, the limit is ${counted(limit)}`, 'SWEEP_TOO_LARGE');
}

function counted(count: number): string {
  return Number.isFinite(count)
    ? count.toLocaleString('en-US', { maximumFractionDigits: 0 })
    : 'beyond counting';
}
