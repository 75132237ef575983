import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankTrials, stateOf } from './ranking.js';
import { formatMetric, formatSpread, rankingTable } from './rankingTable.js';

const { SUCCEEDED, RUNNING, QUEUED, FAILED, PRUNED } = TrialState;

type Given = {
  config?: Partial<TrainingConfig>;
  value?: number;
  state?: TrialState;
  test?: number;
  confirms?: boolean;
};

/** Trials numbered in the order given. */
function trials(...given: Given[]): TrialSummary[] {
  return given.map(({ config, value, state = SUCCEEDED, test, confirms = false }, index) =>
    TrialSummary.fromPartial({
      trialId: 100 + index,
      number: index + 1,
      state,
      phase: confirms ? TrialPhase.CONFIRM : TrialPhase.SEARCH,
      config: { ...EXAMPLE_TRAINING, ...config },
      bestValue: value,
      bestStep: value === undefined ? undefined : 200,
      test: test === undefined ? [] : [{ metric: 'test/recall@50', value: test }],
    }),
  );
}

const T_CE = { loss: 'T-CE', epsMax: 0.1, epsN: 1000 } as const;

describe('rankTrials', () => {
  it('takes the seeds of a configuration together and puts the best mean first', () => {
    const [ranking] = rankTrials(
      trials(
        { value: 0.3, test: 0.4 },
        { config: { ...T_CE }, value: 0.5 },
        { config: { seed: 2 }, value: 0.4, test: 0.6 },
        { config: { ...T_CE, seed: 2 }, value: 0.4 },
      ),
    );
    expect(
      ranking?.groups.map(({ rank, config, objective }) => [rank, config.loss, objective?.mean]),
    ).toEqual([
      [1, 'T-CE', 0.45],
      [2, 'CE', 0.35],
    ]);
    expect(ranking?.groups[1]?.objective?.sd).toBeCloseTo(Math.SQRT1_2 / 10, 12);
    expect(ranking?.groups[1]?.test.get('test/recall@50')).toMatchObject({ mean: 0.5, n: 2 });
  });

  it('ranks each data set by its own metric, losses downwards', () => {
    const rankings = rankTrials(
      trials(
        { config: { dataset: 'adressa', select: 'valid/loss' }, value: 70 },
        { config: { dataset: 'adressa', select: 'valid/loss', lr: 0.01 }, value: 63 },
        { value: 0.2 },
      ),
    );
    expect(
      rankings.map(({ dataset, metric, groups }) => [dataset, metric, groups[0]?.objective?.mean]),
    ).toEqual([
      ['adressa', 'valid/loss', 63],
      ['tiny', 'valid/recall@50', 0.2],
    ]);
  });

  it('counts no value that a failed training had reached, and ranks nothing without a value', () => {
    const [ranking] = rankTrials(
      trials(
        { value: 0.9, state: FAILED },
        { config: { lr: 0.01 }, state: QUEUED },
        { config: { lr: 0.1 }, value: 0.1, state: RUNNING },
      ),
    );
    expect(ranking?.groups.map(({ rank, config }) => [rank, config.lr])).toEqual([
      [1, 0.1],
      [null, 0.001],
      [null, 0.01],
    ]);
  });

  it('ranks by the search seeds alone, whatever confirmation found', () => {
    const confirmed = trials(
      { value: 0.3, test: 0.35 },
      { config: T_CE, value: 0.4 },
      { config: { seed: 2019 }, value: 0.9, test: 0.95, confirms: true },
      { config: { seed: 2020 }, state: RUNNING, confirms: true },
    );
    const [ranking] = rankTrials(confirmed);
    expect(
      ranking?.groups.map(({ rank, config, objective, confirmation }) => [
        rank,
        config.loss,
        objective?.mean,
        confirmation.length,
      ]),
    ).toEqual([
      [1, 'T-CE', 0.4, 0],
      [2, 'CE', 0.3, 2],
    ]);
    expect(ranking?.groups[1]?.test.get('test/recall@50')).toMatchObject({ mean: 0.35, n: 1 });
    expect(ranking && rankingTable(ranking, 9)).toMatch(/ done; confirm: 1 done, 1 running$/m);
    const [apart] = rankTrials(confirmed, { seedsApart: true });
    expect(apart?.groups.map(({ rank, config }) => [rank, config.seed])).toEqual([
      [1, 1],
      [2, 1],
      [null, 2019],
      [null, 2020],
    ]);
    expect(apart && rankingTable(apart, 9)).toMatch(/^– .* 2019 +0\.9000 .* confirm: done$/m);
  });

  it('puts what was stopped early behind what ran to its end, without a rank', () => {
    const [ranking] = rankTrials(
      trials(
        { value: 0.9, state: PRUNED },
        { config: { lr: 0.01 }, value: 0.1 },
        { config: { lr: 0.1 }, state: QUEUED },
      ),
    );
    expect(ranking?.groups.map(({ rank, config }) => [rank, config.lr])).toEqual([
      [1, 0.01],
      [null, 0.001],
      [null, 0.1],
    ]);
  });

  it('keeps seeds apart when asked', () => {
    const [ranking] = rankTrials(trials({ value: 0.3 }, { config: { seed: 2 }, value: 0.4 }), {
      seedsApart: true,
    });
    expect(ranking?.groups.map(({ config }) => config.seed)).toEqual([2, 1]);
  });

  it('does not depend on the order in which trials arrive', () => {
    const all = trials(
      ...Array.from({ length: 12 }, (_, n) => ({
        config: { lr: [0.1, 0.01, 0.001][n % 3], seed: Math.floor(n / 3) },
        value: (n * 7) % 5 === 0 ? undefined : ((n * 7) % 5) / 10,
      })),
    );
    const board = (list: TrialSummary[]) =>
      rankTrials(list)[0]?.groups.map(({ rank, config, objective }) => [
        rank,
        config.lr,
        objective?.mean.toFixed(9),
      ]);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(board(shuffled)).toEqual(board(all));
      }),
    );
  });
});

describe('stateOf', () => {
  it('says one word for one trial and counts several', () => {
    expect(stateOf([{ state: SUCCEEDED }])).toBe('done');
    expect(stateOf([{ state: SUCCEEDED }, { state: RUNNING }, { state: SUCCEEDED }])).toBe(
      '2 done, 1 running',
    );
  });
});

describe('rankingTable', () => {
  const [ranking] = rankTrials(
    trials(
      { value: 0.3, test: 0.4 },
      { config: T_CE, value: 0.5 },
      { config: { ...T_CE, seed: 2 }, value: 0.4 },
    ),
  );

  it('shows what differs, a dash for what a loss has not, and the spread over seeds', () => {
    if (!ranking) throw new Error('no ranking');
    const [header, first, second] = rankingTable(ranking, 10).split('\n');
    expect(header?.split(/\s{2,}/).map((title) => title.trim())).toEqual([
      '#',
      'loss',
      'ε_max',
      'ε_N',
      'lr',
      'seed',
      'valid/recall@50',
      'test/recall@50',
      'step',
      'state',
    ]);
    expect(first).toContain('0.4500 ± 0.0707 (2)');
    expect(second).toMatch(/^2 {2}CE +– +– +0\.001 +1 +0\.3000 +0\.4000 +200 {2}done$/);
  });

  it('counts the lines it leaves out', () => {
    if (!ranking) throw new Error('no ranking');
    expect(rankingTable(ranking, 1).split('\n').at(-1)).toBe('… 1 more (--top 2 shows all)');
  });

  it('writes shares with four decimals and losses with four digits', () => {
    expect(formatMetric(0.09131)).toBe('0.0913');
    expect(formatMetric(72.784)).toBe('72.78');
    expect(formatSpread(null)).toBe('–');
  });
});
