import { EXAMPLE_TRAINING } from '@adt/proto/exampleTraining';
import { describe, expect, it } from 'vitest';
import { measurementOf } from './measurement.js';
import { datasetSize } from './training.js';

const dataset = datasetSize(EXAMPLE_TRAINING.datasetSha256, {
  format: 1,
  name: 'tiny',
  users: 1000,
  items: 500,
  parts: {
    train: { interactions: 51_200, falsePositives: null },
    valid: { interactions: 6000, falsePositives: null },
    test: { interactions: 5000, falsePositives: 0 },
  },
  fpRule: 'none',
  source: 'test',
  idBytes: { users: null, items: null },
});

const stored = {
  config: EXAMPLE_TRAINING,
  dataset,
  result: { engine: 'native 0.1.0, cpu (avx512)', seconds: { sample: 1, train: 4, validate: 3, test: 2 } },
  threads: 2,
  resumeStep: 0,
  attemptSeconds: 12.5,
};

describe('a stored result', () => {
  it('is a measurement of all iterations, with what its phases leave as the start', () => {
    expect(measurementOf(stored)).toMatchObject({
      place: { engine: 'native, cpu (avx512)', threads: 2 },
      iterations: 1000,
      seconds: { sample: 1, train: 4, validate: 3, test: 2 },
      startSeconds: 2.5,
      dataset: { trainInteractions: 51_200, validInteractions: 6000, testInteractions: 5000 },
    });
  });

  it('of a resumed training speaks of all iterations, and not of the start', () => {
    expect(measurementOf({ ...stored, resumeStep: 600 })).toMatchObject({
      iterations: 1000,
      seconds: { train: 4 },
      startSeconds: null,
    });
  });

  it('has no start where the attempt was not timed, and none below 0', () => {
    expect(measurementOf({ ...stored, attemptSeconds: null })?.startSeconds).toBeNull();
    expect(measurementOf({ ...stored, attemptSeconds: 9.9 })?.startSeconds).toBe(0);
  });

  it.each<Record<string, number | null>>([
    { sample: 1, train: 4, validate: 3 },
    { sample: 1, train: null, validate: 3, test: 2 },
  ])('is no measurement without all phases: %j', (seconds) => {
    expect(measurementOf({ ...stored, result: { ...stored.result, seconds } })).toBeNull();
  });
});
