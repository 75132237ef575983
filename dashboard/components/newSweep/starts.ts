/** What a new sweep starts from: a preset, an older sweep, a trial, or nothing. Pure. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { stringify } from 'yaml';
import { moreSeeds } from './searchBlocks';
import { openFile, withValues } from './sweepFile';

/** The data set that every platform has. */
export const BUILT_IN = 'synthetic';

/** Of the paper's Table 2, by the beginnings of their names. */
const OF_THE_PAPER = /^(adressa|amazon|yelp)/;

export const TEMPLATES = ['quick', 'paper', 'blank'] as const;
export type Template = (typeof TEMPLATES)[number];

/** What the coordinator is to fill in a preset with. */
export type PresetRequest = {
  name: string;
  datasets: string[];
  models: string[];
  epochs?: number;
  evalEvery?: number;
};

/**
 * @param stored names of the data sets that the platform has; without any, the built-in one stands for them, and the
 *   form says that it is missing
 */
export function presetFor(template: Exclude<Template, 'blank'>, stored: readonly string[]): PresetRequest {
  const usual = stored.includes(BUILT_IN) ? BUILT_IN : (stored[0] ?? BUILT_IN);
  if (template === 'quick') {
    // CE peaks at 2,600 iterations there: 25 epochs are 3,850.
    const length = usual === BUILT_IN ? { epochs: 25, evalEvery: 200 } : {};
    return { name: 'quick', datasets: [usual], models: ['GMF'], ...length };
  }
  const known = stored.filter((name) => OF_THE_PAPER.test(name));
  return {
    name: 'paper-table-3',
    datasets: known.length > 0 ? known : [usual],
    models: ['GMF', 'NeuMF', 'CDAE'],
  };
}

export const BLANK = `# What to search. The form beside this text follows it, and the other way round.
name: my-sweep
method: grid        # or random, sobol, tpe, with a budget
parameters:
  dataset: {values: []}
  model: {value: GMF}
  loss: {values: [CE]}
seeds: {search: [1, 2]}
`;

/** A sweep's file with ten confirmation seeds more. A file that does not parse stays as it is. */
export function withMoreSeeds(spec: string): string {
  const opened = openFile(spec);
  return opened.ok ? withValues(spec, moreSeeds(opened.root)) : spec;
}

/** One trial's configuration as a sweep file: every value fixed, so that it runs again, or is widened from there. */
export function trialFile(trialId: number, config: TrainingConfig): string {
  const { dataset, model, loss, epsMax, epsN, beta, lr, mlpLayers, dropout, hidden, corruption } = config;
  const { nrFpWeight, nrNegativeWeight, nmtrClickWeight } = config;
  const searched = {
    eps_max: epsMax,
    eps_n: epsN,
    beta,
    nr_fp_weight: nrFpWeight,
    nr_negative_weight: nrNegativeWeight,
    nmtr_click_weight: nmtrClickWeight,
    lr,
    mlp_layers: mlpLayers,
    dropout,
    hidden,
    corruption,
  };
  const file = {
    name: `trial-${trialId}`,
    method: 'grid',
    metric: { name: config.select },
    parameters: {
      dataset: { value: dataset },
      model: { value: model },
      loss: { value: loss },
      ...fixed(searched),
    },
    training: {
      epochs: config.epochs,
      eval_every: config.evalEvery,
      batch_size: config.batchSize,
      ...(model === 'CDAE' ? {} : { factors: config.factors }),
      negatives: config.negatives,
      ...(config.validUsers ? { valid_users: config.validUsers } : {}),
      topk: config.topk,
    },
    seeds: { search: [config.seed] },
  };
  return `# Trial ${trialId} as it was trained: add values to search around it.\n${stringify(file, { lineWidth: 110, collectionStyle: 'any', flowCollectionPadding: false })}`;
}

/** `{value: x}` of each that is active. */
function fixed(values: Record<string, number | undefined>): Record<string, { value: number }> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }]])),
  );
}
