import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { type TrainingConfig, trainingConfigSchema } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { configHash } from '../canonical.js';
import { historiesOf, type StoredTrial } from './observations.js';

function trial(config: Partial<TrainingConfig>, rest: Partial<StoredTrial> = {}): StoredTrial {
  const whole = trainingConfigSchema.parse({ ...EXAMPLE_TRAINING, ...config });
  const seconds = { sample: 1, train: 4, validate: 3, test: 2 };
  return {
    config: whole,
    configHash: configHash(whole),
    state: 'SUCCEEDED',
    bestValue: 0.5,
    lastStep: 1000,
    seconds,
    ...rest,
  };
}

const only = (trials: StoredTrial[]) => {
  const [history] = historiesOf(trials);
  expect(history?.observations).toHaveLength(1);
  return history?.observations[0];
};

describe('the history of a stratum', () => {
  it('holds a configuration once, with the means over its seeds', () => {
    const slow = { sample: 1, train: 14, validate: 3, test: 2 };
    const found = only([trial({ seed: 1 }), trial({ seed: 2 }, { bestValue: 0.7, seconds: slow })]);
    expect(found).toMatchObject({ outcome: 'done', score: expect.closeTo(0.6, 12), seconds: 15, step: null });
    expect(found?.assignment).toMatchObject({ lr: 0.001, factors: 32 });
  });

  it('turns a loss round, so that larger is better', () => {
    expect(only([trial({ select: 'valid/loss' }, { bestValue: 80 })])).toMatchObject({ score: -80 });
  });

  it('keeps data sets by content, models and losses apart', () => {
    const histories = historiesOf([
      trial({}),
      trial({ loss: 'R-CE', beta: 0.1 }),
      trial({ datasetSha256: 'b'.repeat(64) }),
      trial({ model: 'CDAE', hidden: 100, corruption: 0.2 }),
    ]);
    expect(histories.map(({ model, loss }) => `${model} ${loss}`)).toEqual([
      'GMF CE',
      'GMF R-CE',
      'GMF CE',
      'CDAE CE',
    ]);
    expect(histories[3]?.observations[0]?.assignment).not.toHaveProperty('factors');
  });

  it('knows a configuration by its first seed while others wait', () => {
    const waiting = { state: 'QUEUED', bestValue: null, seconds: null } as const;
    expect(only([trial({}), trial({ seed: 2 }, waiting)])).toMatchObject({ outcome: 'done', score: 0.5 });
    expect(only([trial({}, waiting)])).toMatchObject({ outcome: 'running', score: null, seconds: null });
  });

  it('is pruned where one training was, and failed where all did', () => {
    const pruned = { state: 'PRUNED', bestValue: 0.2, lastStep: 300, seconds: null } as const;
    expect(only([trial({}), trial({ seed: 2 }, pruned)])).toMatchObject({
      outcome: 'pruned',
      score: 0.2,
      step: 300,
    });
    const failed = { state: 'FAILED', bestValue: 0.9, seconds: null } as const;
    expect(only([trial({}, failed), trial({ seed: 2 }, failed)])).toMatchObject({
      outcome: 'failed',
      score: null,
    });
  });
});
