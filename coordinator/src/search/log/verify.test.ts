/** What `adt sweep replay` rests on: an honest sweep is identical, and each way to alter one shows. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chainHash, type Entry, type LoggedEntry } from './entry.js';
import { LoadedSearch } from './loaded.js';
import { simulate } from './simulate.js';
import { type StoredSearch, type StoredTrial, verifySearch } from './verify.js';

const FACTS = [
  { name: 'tiny', sha256: 'a'.repeat(64), users: 100, items: 200, trainInteractions: 51_200, hasFlags: true },
];

const TPE = `name: test
method: tpe
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, R-CE]}
  beta: {min: 0, max: 1, when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 10, eval_every: 50}
budget: {max_trials_per_stratum: 14}
seeds: {search: [1], confirm: [7, 8]}
early_terminate: {type: median, startup_trials: 2}`;

const GRID = `name: test
method: grid
parameters: {dataset: {value: tiny}, loss: {value: CE}, lr: {values: [0.1, 0.01]}}
seeds: {search: [1, 2]}`;

function counter(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A sweep that has run to its end, as it is stored. */
function stored(spec = TPE): StoredSearch {
  const specSha256 = createHash('sha256').update(`YAML\n${spec}`).digest('hex');
  const text = { spec, specFormat: 'YAML', specSha256, facts: FACTS, prior: [], rules: 2 } as const;
  const search = LoadedSearch.from(text);
  const { plan, root } = search;
  const objective = (_: unknown, { number, stratum }: { number: number; stratum: number }) =>
    0.3 + 0.01 * ((number * 7) % 13) - 0.1 * stratum;
  const log = spec === TPE ? simulate({ plan, root, slots: 3, random: counter(5), objective }).log : [];
  for (const entry of log) search.follow(entry);
  const { state } = search;
  const reasonOf = (number: number) =>
    log.flatMap(({ entry }) =>
      entry.kind === 'judged' && entry.prune && entry.trial === number ? entry.reason : [],
    );
  const trials = search.trialsFrom(1).map(({ configHash: _, ...trial }, index): StoredTrial => {
    const { outcome, value, step } = state.trial(index + 1);
    return {
      ...trial,
      number: index + 1,
      outcome,
      bestValue: value,
      lastStep: step ?? 1_000,
      pruneReason: reasonOf(index + 1)[0] ?? '',
    };
  });
  return { ...text, log, trials, finished: true };
}

/** The log with some entries changed and all hashes made to fit: what a careful forger would leave. */
function rehashed(search: StoredSearch, change: (entry: Entry) => Entry): LoggedEntry[] {
  let hash = LoadedSearch.from(search).root;
  return search.log.map(({ number, entry }) => {
    const changed = change(entry);
    hash = chainHash(hash, changed);
    return { number, entry: changed, hash };
  });
}

const alter = (search: StoredSearch, number: number, change: Partial<StoredTrial>): StoredSearch => ({
  ...search,
  trials: search.trials.map((trial) => (trial.number === number ? { ...trial, ...change } : trial)),
});

describe('verifySearch', () => {
  const honest = stored();

  it('finds a sweep that was left alone identical, whether its trials follow from a log or from the file', () => {
    const { difference, entries, decisions, trials, hash } = verifySearch(honest);
    expect(difference).toBeNull();
    expect(trials).toBe(honest.trials.length);
    expect(entries).toBe(honest.log.length);
    expect(decisions).toBe(entries - honest.trials.length);
    expect(hash).toBe(honest.log.at(-1)?.hash);
    expect(verifySearch(stored(GRID))).toMatchObject({ difference: null, entries: 0, trials: 4 });
  });

  it('shows a result that the table has otherwise than the search was told', () => {
    expect(verifySearch(alter(honest, 2, { bestValue: 0.99 })).difference?.where).toBe('result of trial #2');
    expect(verifySearch(alter(honest, 2, { outcome: 'failed' })).difference?.where).toBe(
      'result of trial #2',
    );
  });

  it('shows a trial that is not the one that follows, one too few and one too many', () => {
    const [, second] = honest.trials;
    if (second === undefined) throw new Error('no trial');
    const config = { ...second.config, lr: 0.5 };
    expect(verifySearch(alter(honest, 2, { config })).difference?.where).toBe('trial #2');
    expect(verifySearch(alter(honest, 2, { phase: 'confirm' })).difference?.where).toBe('trial #2');
    const few = { ...honest, trials: honest.trials.slice(0, -1) };
    expect(verifySearch(few).difference).toMatchObject({
      where: `trial #${honest.trials.length}`,
      stored: 'none',
    });
    const extra = { ...second, number: honest.trials.length + 1 };
    const many = { ...honest, trials: [...honest.trials, extra] };
    expect(verifySearch(many).difference).toMatchObject({
      where: `trial #${extra.number}`,
      recomputed: 'none',
    });
    expect(verifySearch({ ...many, finished: false }).difference).toBeNull();
    expect(verifySearch(alter(stored(GRID), 3, { seed: 9 })).difference?.where).toBe('trial #3');
  });

  it('shows a result that was changed in log and table alike, by what it would have led to', () => {
    const forged = rehashed(honest, (entry) =>
      entry.kind === 'told' && entry.trial === 1 ? { ...entry, value: 0.99 } : entry,
    );
    const both = alter({ ...honest, log: forged }, 1, { bestValue: 0.99 });
    expect(verifySearch(both).difference?.where).toMatch(/^entry \d+, its decision$/);
  });

  it('shows a log that speaks of a trial that never was, or was cut at its end', () => {
    const forged = rehashed(honest, (entry) =>
      entry.kind === 'told' && entry.trial === 1 ? { ...entry, trial: 900 } : entry,
    );
    expect(verifySearch({ ...honest, log: forged }).difference?.recomputed).toContain('trial 900');
    const cut = { ...honest, log: honest.log.slice(0, -1) };
    expect(verifySearch(cut).difference?.where).toBe('end of the log');
    expect(verifySearch({ ...cut, finished: false }).difference).toBeNull();
  });

  it('shows a reason to stop that the log does not have', () => {
    const pruned = honest.trials.find(({ pruneReason }) => pruneReason !== '');
    const ran = honest.trials.find(({ outcome }) => outcome === 'done');
    if (pruned === undefined || ran === undefined) throw new Error('the example must prune');
    for (const { number } of [pruned, ran])
      expect(verifySearch(alter(honest, number, { pruneReason: 'because' })).difference?.where).toBe(
        `reason to stop trial #${number}`,
      );
  });

  it('shows a sweep file that was changed afterwards', () => {
    const spec = TPE.replace('14}', '15}');
    expect(verifySearch({ ...honest, spec }).difference).not.toBeNull();
    const grid = stored(GRID);
    expect(verifySearch({ ...grid, spec: `${GRID}\n# later` }).difference?.where).toBe(
      'SHA-256 of the sweep file',
    );
  });

  it('does not take the result of a retry by hand for a forgery, and no other change of one that failed', () => {
    const { number } = honest.trials[0] as StoredTrial;
    const failed = rehashed(honest, (entry) =>
      entry.kind === 'told' && entry.trial === number ? { ...entry, outcome: 'failed', value: null } : entry,
    );
    const told = failed.findIndex(({ entry }) => entry.kind === 'told' && entry.trial === number);
    const log = failed.slice(0, told + 1);
    const cut = { ...honest, log, finished: false };
    const after = (changes: Partial<StoredTrial>) =>
      verifySearch(alter(cut, number, changes)).difference?.where;
    expect(after({ outcome: 'done', bestValue: 0.4, retried: true })).toBeUndefined();
    expect(after({ outcome: null, bestValue: null, retried: true })).toBeUndefined();
    expect(after({ outcome: 'done', bestValue: 0.4 })).toBe(`result of trial #${number}`);
  });
});
