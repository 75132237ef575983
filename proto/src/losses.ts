/** Models, losses, and which of them go together; apart from the schema, so that a training need not load it. */

/**
 * GMF: a weighted product of embeddings (He et al., WWW 2017). NeuMF: GMF beside an MLP tower (same paper).
 * CDAE: an autoencoder of a user's corrupted history (Wu et al., WSDM 2016).
 */
export const MODELS = ['GMF', 'NeuMF', 'CDAE'] as const;
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
