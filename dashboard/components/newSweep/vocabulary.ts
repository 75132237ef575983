/** What the form offers: the searched parameters by loss, and the settings of a training. */

/** Names that exist on this platform, and what stands in for a silence. */
export type Vocabulary = {
  datasets: readonly string[];
  models: readonly string[];
  losses: readonly string[];
  pools: readonly string[];
  defaults: Readonly<
    Record<
      | 'lr'
      | 'epochs'
      | 'eval_every'
      | 'batch_size'
      | 'factors'
      | 'negatives'
      | 'mlp_layers'
      | 'dropout'
      | 'hidden'
      | 'corruption',
      number
    >
  >;
};

/**
 * `start` is what a loss begins with when it is switched on: the paper's middle ground. What belongs to a model begins
 * empty, for the model has defaults.
 */
export const PARAMETERS = [
  {
    name: 'eps_max',
    symbol: 'ε_max',
    title: 'largest drop rate',
    loss: 'T-CE',
    model: null,
    hint: 'Share of the positives of largest loss that is dropped in the end, 0 to 1.',
    start: [0.05, 0.1, 0.2],
  },
  {
    name: 'eps_n',
    symbol: 'ε_N',
    title: 'iterations until then',
    loss: 'T-CE',
    model: null,
    hint: 'The drop rate grows from 0 over this many iterations.',
    start: [1000, 5000],
  },
  {
    name: 'beta',
    symbol: 'β',
    title: 'weight exponent',
    loss: 'R-CE',
    model: null,
    hint: 'How strongly samples of large loss are played down; 0 is plain CE.',
    start: [0.1, 0.25, 0.5],
  },
  {
    name: 'nr_fp_weight',
    symbol: 'w_fp',
    title: 'weight of false positives',
    loss: 'NR',
    model: null,
    hint: 'Of known false positives, which NR takes for negatives.',
    start: [0.5, 1],
  },
  {
    name: 'nr_negative_weight',
    symbol: 'w_neg',
    title: 'weight of negatives',
    loss: 'NR',
    model: null,
    hint: 'Of sampled negatives.',
    start: [1],
  },
  {
    name: 'nmtr_click_weight',
    symbol: 'w_click',
    title: 'share of the click task',
    loss: 'NMTR',
    model: null,
    hint: 'In the joint loss, 0 to 1; the satisfaction task has the rest.',
    start: [0.25, 0.5],
  },
  {
    name: 'lr',
    symbol: 'lr',
    title: 'learning rate',
    loss: null,
    model: null,
    hint: 'Step size of the optimiser, Adam.',
    start: [],
  },
  {
    name: 'mlp_layers',
    symbol: 'layers',
    title: 'of the tower',
    loss: null,
    model: 'NeuMF',
    hint: 'Layers of NeuMF’s tower, 1 to 5; its embeddings double with each.',
    start: [],
  },
  {
    name: 'dropout',
    symbol: 'dropout',
    title: 'in the tower',
    loss: null,
    model: 'NeuMF',
    hint: 'Share of what each layer reads that a training step drops, 0 to 1.',
    start: [],
  },
  {
    name: 'hidden',
    symbol: 'hidden',
    title: 'layer’s width',
    loss: null,
    model: 'CDAE',
    hint: 'Columns of the autoencoder’s hidden layer.',
    start: [],
  },
  {
    name: 'corruption',
    symbol: 'corruption',
    title: 'of histories',
    loss: null,
    model: 'CDAE',
    hint: 'Share of a user’s history that a training step leaves out, 0 to 1.',
    start: [],
  },
] as const;

export const SETTINGS = [
  { name: 'epochs', label: 'Epochs' },
  { name: 'eval_every', label: 'Evaluate every, iterations' },
  { name: 'batch_size', label: 'Batch size' },
  { name: 'factors', label: 'Factors' },
  { name: 'negatives', label: 'Negatives per positive' },
] as const;

/** Paths that a field of the form shows the refusals of. */
export const FIELD_PATHS: readonly string[] = [
  'name',
  'method',
  'metric',
  'seeds.search',
  'seeds.sampler',
  'seeds.confirm',
  'budget.max_trials_per_stratum',
  'budget.max_wall',
  'budget.max_concurrent',
  'priority',
  'pool',
  'early_terminate.type',
  'parameters.dataset',
  'parameters.model',
  'parameters.loss',
  'training.topk',
  'training.select',
  ...PARAMETERS.flatMap(({ name }) => [`parameters.${name}`, `training.${name}`]),
  ...SETTINGS.flatMap(({ name }) => [`parameters.${name}`, `training.${name}`]),
];
