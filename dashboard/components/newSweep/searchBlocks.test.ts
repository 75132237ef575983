/** The form's blocks are changes of the file: what one choice reads the next keeps, and nothing empty is left behind. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  confirmationChanges,
  confirmationOf,
  freshBase,
  methodChanges,
  moreSeeds,
  prunerChanges,
  prunerOf,
  searchSeedsOf,
} from './searchBlocks';
import { type Change, openFile, withValues } from './sweepFile';

function rootOf(text: string): Record<string, unknown> {
  const opened = openFile(text);
  if (!opened.ok) throw new Error(opened.message);
  return opened.root;
}

/** What the file says after the changes. */
function after(text: string, changes: (root: unknown) => Change[]): unknown {
  return parse(withValues(text, changes(rootOf(text))));
}

describe('the method', () => {
  test('brings a budget of trials where it would go on for ever, and keeps one that is there', () => {
    const tpe = (root: unknown) => methodChanges(root, 'tpe');
    expect(after('method: grid\n', tpe)).toEqual({ method: 'tpe', budget: { max_trials_per_stratum: 20 } });
    const own = 'method: random\nbudget: {max_trials: 9}\n';
    expect(after(own, tpe)).toEqual({ method: 'tpe', budget: { max_trials: 9 } });
  });

  test('of a grid takes the budget of trials out, and leaves the limit of time', () => {
    const grid = (root: unknown) => methodChanges(root, 'grid');
    expect(after('method: tpe\nbudget: {max_trials: 9, max_wall: 1h}\n', grid)).toEqual({
      method: 'grid',
      budget: { max_wall: '1h' },
    });
    expect(after('method: tpe\nbudget: {max_trials_per_stratum: 9}\n', grid)).toEqual({ method: 'grid' });
  });
});

test('early stopping keeps what the next kind reads too, and none takes the block out', () => {
  const file = 'early_terminate: {type: asha, eta: 4, min_steps: 100}\n';
  expect(prunerOf(rootOf(file))).toBe('asha');
  expect(after(file, (root) => prunerChanges(root, 'hyperband'))).toEqual({
    early_terminate: { type: 'hyperband', eta: 4, min_steps: 100 },
  });
  expect(after(file, (root) => prunerChanges(root, 'median'))).toEqual({
    early_terminate: { type: 'median', min_steps: 100 },
  });
  expect(after(`name: x\n${file}`, (root) => prunerChanges(root, 'none'))).toEqual({ name: 'x' });
});

describe('seeds', () => {
  test('of a run are written out', () => {
    expect(searchSeedsOf(rootOf('seeds: {search: {count: 3, base: 7}}'))).toEqual([7, 8, 9]);
    expect(searchSeedsOf(rootOf('seeds: {search: [4]}'))).toEqual([4]);
    expect(searchSeedsOf(rootOf('name: x'))).toEqual([]);
  });

  test('that confirm are fresh, and come and go as a whole', () => {
    const file = 'seeds: {search: [1, 2019]}\n';
    const on = after(file, (root) => confirmationChanges(root, true));
    expect(on).toEqual({ seeds: { search: [1, 2019], confirm: { count: 10, base: 2020 } } });
    const only = 'name: x\nseeds: {confirm: {count: 3, top_k: 2}}\n';
    expect(confirmationOf(rootOf(only))).toEqual({ count: 3, base: null, topK: 2 });
    expect(after(only, (root) => confirmationChanges(root, false))).toEqual({ name: 'x' });
  });

  test('ten more extend what was there, so that the first ones are the same', () => {
    expect(after('seeds: {confirm: {count: 6, base: 5}}\n', moreSeeds)).toEqual({
      seeds: { confirm: { count: 16, base: 5 } },
    });
    const listed = after('seeds: {search: [1], confirm: [2019, 7]}\n', moreSeeds) as {
      seeds: { confirm: number[] };
    };
    expect(listed.seeds.confirm).toHaveLength(12);
    expect(new Set(listed.seeds.confirm).size).toBe(12);
    expect(listed.seeds.confirm.slice(0, 2)).toEqual([2019, 7]);
    expect(after('seeds: {search: [1]}\n', moreSeeds)).toEqual({
      seeds: { search: [1], confirm: { count: 10, base: 2019 } },
    });
  });

  test('a base is the first that no used seed is in the way of', () => {
    expect(freshBase([1, 2], 10)).toBe(2019);
    expect(freshBase([2018, 2025], 10)).toBe(2026);
  });
});
