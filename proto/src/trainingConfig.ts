/** What one training is made of: the vocabulary, the bounds, and the only schema that checks them. */
import { z } from 'zod';
import type { TrainingConfig as WireTrainingConfig } from './gen/adt/v1/common.js';
import { metricName } from './metric.js';

export const MODELS = ['GMF'] as const;
export type Model = (typeof MODELS)[number];

/**
 * CE: binary cross-entropy. T-CE: drops the positives of largest loss. R-CE: down-weights them.
 * The paper's baselines, which are told the false positives: clean leaves them out of the training, NR takes them for
 * negatives of their own weight, NMTR learns click and satisfaction as two cascaded tasks.
 */
export const LOSSES = ['CE', 'T-CE', 'R-CE', 'clean', 'NR', 'NMTR'] as const;
export type Loss = (typeof LOSSES)[number];

/** Losses that read which training interactions are false positives. */
export const LOSSES_WITH_FLAGS: readonly Loss[] = ['clean', 'NR', 'NMTR'];

/** The models that a loss exists for; absent: all of them. */
const MODELS_OF_LOSS: Partial<Record<Loss, readonly Model[]>> = { NR: ['GMF'], NMTR: ['GMF'] };

/** Why a model can't be trained with a loss; null when it can. */
export function whyNotTogether(model: string, loss: Loss): string | null {
  const models: readonly string[] | undefined = MODELS_OF_LOSS[loss];
  return models === undefined || models.includes(model)
    ? null
    : `${loss} exists for ${models.join(', ')} only, as in the paper's Table 4, not for ${model}`;
}

/** Why a loss can't be trained on a data set; null when it can. */
export function whyNoFlags(loss: Loss, dataset: { name: string; hasFlags: boolean }): string | null {
  return dataset.hasFlags || !LOSSES_WITH_FLAGS.includes(loss)
    ? null
    : `${loss} must know the false positives, and the training part of ${dataset.name} has no flags: ` +
        'import it with a rating, dwell or true_positive column';
}

export const MAX_TOPK = 1000;

const topk = z
  .array(z.int().min(1).max(MAX_TOPK))
  .min(1)
  .max(8)
  .refine(
    (ks) => ks.every((k, at) => at === 0 || k > (ks[at - 1] ?? 0)),
    'must be ascending, without repeats',
  );

/**
 * Bounds of every hyper-parameter. Keys are the names that sweep files use (snake_case);
 * epochs, eval_every and the like may be searched as well as fixed.
 */
export const hyperparameterSchemas = {
  eps_max: z.number().min(0).lt(1),
  eps_n: z.int().min(1).max(100_000_000),
  beta: z.number().min(0).max(10),
  nr_fp_weight: z.number().min(0).max(100),
  nr_negative_weight: z.number().min(0).max(100),
  nmtr_click_weight: z.number().min(0).max(1),
  lr: z.number().gt(0).max(1),
  factors: z.int().min(1).max(512),
  negatives: z.int().min(1).max(64),
  batch_size: z.int().min(2).max(65_536),
  epochs: z.int().min(1).max(10_000),
  eval_every: z.int().min(1).max(10_000_000),
  valid_users: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
} as const;
export type Hyperparameter = keyof typeof hyperparameterSchemas;

/** The loss that a hyper-parameter belongs to; absent where every loss has it. */
export const PARAMETER_OF_LOSS: Partial<Record<Hyperparameter, Loss>> = {
  eps_max: 'T-CE',
  eps_n: 'T-CE',
  beta: 'R-CE',
  nr_fp_weight: 'NR',
  nr_negative_weight: 'NR',
  nmtr_click_weight: 'NMTR',
};

/** As a configuration names them. */
const FIELD_OF_LOSS = {
  epsMax: 'T-CE',
  epsN: 'T-CE',
  beta: 'R-CE',
  nrFpWeight: 'NR',
  nrNegativeWeight: 'NR',
  nmtrClickWeight: 'NMTR',
} as const satisfies Record<string, Loss>;

/** Settings of the paper's GMF runs (Wang et al., WSDM 2021, section 4.1), where a sweep or a command is silent. */
export const TRAINING_DEFAULTS = {
  model: 'GMF',
  loss: 'CE',
  lr: 0.001,
  factors: 32,
  negatives: 1,
  batch_size: 1024,
  epochs: 10,
  eval_every: 100,
  topk: [50, 100],
  seed: 1,
} as const;

const shape = {
  dataset: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be 1-64 of a-z 0-9 _ . -'),
  datasetSha256: z.string().regex(/^[0-9a-f]{64}$/),
  model: z.enum(MODELS),
  loss: z.enum(LOSSES),
  epsMax: hyperparameterSchemas.eps_max.optional(),
  epsN: hyperparameterSchemas.eps_n.optional(),
  beta: hyperparameterSchemas.beta.optional(),
  nrFpWeight: hyperparameterSchemas.nr_fp_weight.optional(),
  nrNegativeWeight: hyperparameterSchemas.nr_negative_weight.optional(),
  nmtrClickWeight: hyperparameterSchemas.nmtr_click_weight.optional(),
  lr: hyperparameterSchemas.lr,
  factors: hyperparameterSchemas.factors,
  negatives: hyperparameterSchemas.negatives,
  batchSize: hyperparameterSchemas.batch_size,
  epochs: hyperparameterSchemas.epochs,
  evalEvery: hyperparameterSchemas.eval_every,
  /** Users that each validation ranks; absent or 0: all. The final numbers are always of all. */
  validUsers: hyperparameterSchemas.valid_users.optional(),
  topk,
  select: metricName.regex(
    /^valid\//,
    'must be a validation metric: the test set is read once, after selection',
  ),
  seed: z.int().min(0).max(0xffff_ffff),
};

/** A complete, checked training: exactly the parameters its loss reads, nothing else. */
export const trainingConfigSchema = z.strictObject(shape).superRefine((config, context) => {
  for (const [key, loss] of Object.entries(FIELD_OF_LOSS) as [keyof typeof FIELD_OF_LOSS, Loss][]) {
    const needed = config.loss === loss;
    if (needed && config[key] === undefined) {
      context.addIssue({ code: 'custom', path: [key], message: `is required for ${config.loss}` });
    } else if (!needed && config[key] !== undefined) {
      context.addIssue({ code: 'custom', path: [key], message: `does not apply to ${config.loss}` });
    }
  }
  const apart = whyNotTogether(config.model, config.loss);
  if (apart !== null) context.addIssue({ code: 'custom', path: ['loss'], message: apart });
  const at = config.select.match(/@(\d+)$/)?.[1];
  if (at !== undefined && !config.topk.includes(Number(at))) {
    context.addIssue({
      code: 'custom',
      path: ['select'],
      message: `K = ${at} is not in topk [${config.topk.join(', ')}]`,
    });
  }
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

// The wire type and the schema must name the same fields: this line stops compiling when they drift.
type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : never) : never;
export const WIRE_AGREES: SameKeys<TrainingConfig, WireTrainingConfig> = true;

/**
 * Checks a configuration that came over the wire.
 * @throws z.ZodError with the path of every field that is off
 */
export function parseTrainingConfig(wire: WireTrainingConfig): TrainingConfig {
  return trainingConfigSchema.parse(
    Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined)),
  );
}
