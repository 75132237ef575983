/** The blocks of a sweep file that say how to search, as the form reads and changes them. Pure. */
import { type Change, type Entry, entriesOf, textAt, valueAt } from './sweepFile';

export type Method = 'grid' | 'random' | 'sobol' | 'tpe';
export type Pruner = 'none' | 'median' | 'asha' | 'hyperband';

/** Runs a loss gets when a method that would go on for ever is chosen and no budget is given. */
const START_BUDGET = 20;

const PER_STRATUM = ['budget', 'max_trials_per_stratum'];

/** What each pruner reads; another one's keys are refused. */
const KEYS_OF: Record<Pruner, readonly string[]> = {
  none: [],
  median: ['min_steps', 'startup_trials'],
  asha: ['eta', 'min_steps'],
  hyperband: ['eta', 'min_steps'],
};

export function methodOf(root: unknown): Method {
  const method = textAt(root, ['method']);
  return method === 'grid' || method === 'sobol' || method === 'tpe' ? method : 'random';
}

/** A grid runs whole, without a budget of trials; the others need one. Limits of time and place stay. */
export function methodChanges(root: unknown, method: Method): Change[] {
  if (method === 'grid')
    return [
      [['method'], method],
      [['budget', 'max_trials'], undefined],
      [PER_STRATUM, undefined],
    ];
  const hasBudget = [['budget', 'max_trials'], PER_STRATUM].some((path) => valueAt(root, path) !== undefined);
  return [[['method'], method], ...(hasBudget ? [] : [[PER_STRATUM, START_BUDGET] as const])];
}

export function prunerOf(root: unknown): Pruner {
  const type = textAt(root, ['early_terminate', 'type']);
  return type === 'median' || type === 'asha' || type === 'hyperband' ? type : 'none';
}

/** Keeps what the new one reads too. */
export function prunerChanges(root: unknown, type: string): Change[] {
  if (type === 'none') return [[['early_terminate'], undefined]];
  const kept = KEYS_OF[type as Pruner].flatMap((key) => {
    const value = valueAt(root, ['early_terminate', key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  return [[['early_terminate'], { type, ...Object.fromEntries(kept) }]];
}

/** Longest list of seeds that a run of them is written out as. */
const MOST_SEEDS = 100;

/** The seeds of the search, also where the file gives them as a run: `{count: 3, base: 1}`. */
export function searchSeedsOf(root: unknown): Entry[] {
  const given = valueAt(root, ['seeds', 'search']);
  const count = valueAt(given, ['count']);
  if (typeof count !== 'number' || !(count >= 1 && count <= MOST_SEEDS)) return entriesOf(given);
  const base = valueAt(given, ['base']);
  const first = typeof base === 'number' ? base : 1;
  return Array.from({ length: Math.floor(count) }, (_, at) => first + at);
}

export type Confirmation = { count: Entry | null; base: Entry | null; topK: Entry | null };

/** What confirms; null: nothing does. A list of seeds is shown as the run that it begins. */
export function confirmationOf(root: unknown): Confirmation | null {
  const given = valueAt(root, ['seeds', 'confirm']);
  if (given === undefined || given === null) return null;
  if (Array.isArray(given)) return { count: given.length, base: entriesOf(given)[0] ?? null, topK: null };
  const entry = (key: string) => entriesOf(valueAt(given, [key]))[0] ?? null;
  return { count: entry('count'), base: entry('base'), topK: entry('top_k') };
}

/** Ten pairs can decide among 25 comparisons; the base is not among the search's seeds. */
export function confirmationChanges(root: unknown, isOn: boolean): Change[] {
  if (!isOn) return [[['seeds', 'confirm'], undefined]];
  return [[['seeds', 'confirm'], { count: 10, base: freshBase(searchSeedsOf(root), 10) }]];
}

/** The first run of `count` seeds from 2019 on that none of these is in. */
export function freshBase(used: readonly Entry[], count: number): number {
  const numbers = used.filter((seed) => typeof seed === 'number');
  const isFree = (base: number) => numbers.every((seed) => seed < base || seed >= base + count);
  const bases = [2019, ...numbers.map((seed) => seed + 1)].filter((base) => base >= 2019 && isFree(base));
  return Math.min(...bases);
}

/** The changes that give a sweep ten more confirmation seeds than it had: what extends it then runs only those. */
export function moreSeeds(root: unknown): Change[] {
  const confirmation = confirmationOf(root);
  if (confirmation === null) return confirmationChanges(root, true);
  const given = valueAt(root, ['seeds', 'confirm']);
  if (Array.isArray(given)) {
    const numbers = given.filter((seed) => typeof seed === 'number');
    const base = freshBase([...searchSeedsOf(root), ...numbers], 10);
    return [
      [
        ['seeds', 'confirm'],
        [...given, ...Array.from({ length: 10 }, (_, at) => base + at)],
      ],
    ];
  }
  const count = typeof confirmation.count === 'number' ? confirmation.count : 10;
  return [[['seeds', 'confirm', 'count'], count + 10]];
}
