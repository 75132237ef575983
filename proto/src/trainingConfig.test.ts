import { describe, expect, it } from 'vitest';
import { EXAMPLE_TRAINING } from './exampleTraining.js';
import { TrainingConfig as Wire } from './gen/adt/v1/common.js';
import {
  parseTrainingConfig,
  type TrainingConfig,
  trainingConfigSchema,
  whyNoFlags,
} from './trainingConfig.js';

const ce: TrainingConfig = {
  ...EXAMPLE_TRAINING,
  dataset: 'adressa',
  topk: [3, 20],
  select: 'valid/recall@3',
};

const issues = (config: unknown) =>
  (trainingConfigSchema.safeParse(config).error?.issues ?? []).map(
    (issue) => `${issue.path.join('.')}: ${issue.message}`,
  );

describe('a training configuration', () => {
  it('survives the wire', () => {
    const tce = { ...ce, loss: 'T-CE', epsMax: 0.1, epsN: 10_000 } as const;
    expect(parseTrainingConfig(Wire.decode(Wire.encode({ ...tce, beta: undefined }).finish()))).toEqual(tce);
  });

  it('holds the parameters that its loss reads, and no others', () => {
    expect(issues({ ...ce, loss: 'T-CE' })).toEqual([
      'epsMax: is required for T-CE',
      'epsN: is required for T-CE',
    ]);
    expect(issues({ ...ce, beta: 0.1 })).toEqual(['beta: does not apply to CE']);
    expect(issues({ ...ce, loss: 'R-CE', beta: 0.1 })).toEqual([]);
  });

  it('holds the sizes of its model, and no others', () => {
    const neumf = { ...ce, model: 'NeuMF', mlpLayers: 3, dropout: 0.1 };
    const cdae = { ...ce, model: 'CDAE', hidden: 200, corruption: 0.2 };
    for (const config of [neumf, cdae]) {
      expect(issues(config)).toEqual([]);
      expect(parseTrainingConfig(Wire.decode(Wire.encode(Wire.fromPartial(config)).finish()))).toEqual(
        config,
      );
    }
    expect(issues({ ...ce, model: 'NeuMF' })).toEqual([
      'mlpLayers: is required for NeuMF',
      'dropout: is required for NeuMF',
    ]);
    expect(issues({ ...ce, hidden: 200 })).toEqual(['hidden: does not apply to GMF']);
    expect(issues({ ...cdae, factors: 64 })).toEqual(['factors: does not apply to CDAE: give hidden']);
    expect(issues({ ...neumf, factors: 512, mlpLayers: 5 })).toEqual([
      'factors: 512 with 5 layers make a tower 8192 wide; the limit is 4096',
    ]);
  });

  it('holds the weights of a baseline, which exists for some models only', () => {
    const nr = { ...ce, loss: 'NR', nrFpWeight: 0.5, nrNegativeWeight: 1 } as const;
    expect(issues(nr)).toEqual([]);
    expect(issues({ ...ce, loss: 'NMTR' })).toEqual(['nmtrClickWeight: is required for NMTR']);
    expect(issues({ ...nr, model: 'NeuMF', mlpLayers: 3, dropout: 0 })).toEqual([
      "loss: NR exists for GMF only, as in the paper's Table 4, not for NeuMF",
    ]);
    expect(whyNoFlags('clean', { name: 'adressa', hasFlags: false })).toMatch(
      /^clean must know the false positives/,
    );
    expect(whyNoFlags('clean', { name: 'ml1m', hasFlags: true })).toBeNull();
    expect(whyNoFlags('T-CE', { name: 'adressa', hasFlags: false })).toBeNull();
  });

  it('survives the wire with a sample of validation users', () => {
    const nmtr = { ...ce, loss: 'NMTR', nmtrClickWeight: 0.25, validUsers: 500 } as const;
    const wire = Wire.decode(Wire.encode(Wire.fromPartial(nmtr)).finish());
    expect(parseTrainingConfig(wire)).toEqual(nmtr);
  });

  it('selects by a K that it evaluates', () => {
    expect(issues({ ...ce, select: 'valid/recall@50' })).toEqual(['select: K = 50 is not in topk [3, 20]']);
    expect(issues({ ...ce, select: 'valid/loss' })).toEqual([]);
  });

  it('refuses to select by anything but a validation metric', () => {
    for (const select of ['test/recall@3', 'train/loss']) expect(issues({ ...ce, select })).toHaveLength(1);
  });

  it.each([
    ['lr', 0],
    ['lr', Number.NaN],
    ['lr', Number.POSITIVE_INFINITY],
    ['factors', 0],
    ['factors', 1.5],
    ['batchSize', 1],
    ['epochs', 0],
    ['seed', -1],
    ['seed', 2 ** 32],
    ['topk', [20, 3]],
    ['topk', []],
    ['dataset', '../etc'],
    ['datasetSha256', 'abc'],
    ['epsmax', 0.1],
  ])('refuses %s = %j', (key, value) => {
    expect(issues({ ...ce, [key]: value })).not.toEqual([]);
  });
});
