/** What the form offers: the searched parameters by loss, and the settings of a training. */

/** Names that exist on this platform, and what stands in for a silence. */
export type Vocabulary = {
  datasets: readonly string[];
  models: readonly string[];
  losses: readonly string[];
  defaults: Readonly<Record<'lr' | 'epochs' | 'eval_every' | 'batch_size' | 'factors' | 'negatives', number>>;
};

/** `start` is what a loss begins with when it is switched on: the paper's middle ground. */
export const PARAMETERS = [
  {
    name: 'eps_max',
    symbol: 'ε_max',
    title: 'largest drop rate',
    loss: 'T-CE',
    hint: 'Share of the positives of largest loss that is dropped in the end, 0 to 1.',
    start: [0.05, 0.1, 0.2],
  },
  {
    name: 'eps_n',
    symbol: 'ε_N',
    title: 'iterations until then',
    loss: 'T-CE',
    hint: 'The drop rate grows from 0 over this many iterations.',
    start: [1000, 5000],
  },
  {
    name: 'beta',
    symbol: 'β',
    title: 'weight exponent',
    loss: 'R-CE',
    hint: 'How strongly samples of large loss are played down; 0 is plain CE.',
    start: [0.1, 0.25, 0.5],
  },
  {
    name: 'lr',
    symbol: 'lr',
    title: 'learning rate',
    loss: null,
    hint: 'Step size of the optimiser, Adam.',
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
  'seeds',
  'budget',
  'parameters.dataset',
  'parameters.model',
  'parameters.loss',
  'training.topk',
  'training.select',
  ...PARAMETERS.flatMap(({ name }) => [`parameters.${name}`, `training.${name}`]),
  ...SETTINGS.flatMap(({ name }) => [`parameters.${name}`, `training.${name}`]),
];
