/** What training scripts call the things that a sweep file names, the authors' own argparse names among them. */
import { didYouMean } from '@adt/proto/nearest';
import { type Hyperparameter, LOSSES, type Loss, MODELS, type Model } from '@adt/proto/trainingConfig';
import { HYPERPARAMETERS } from '../parameters.js';

/**
 * Spelled without case and separators. `drop_rate`, `num_gradual`, `alpha`, `factor_num`, `num_layers`, `num_ng` and
 * `eval_freq` are those of T_CE/main.py and R_CE/main.py (github.com/WenjieWWJ/DenoisingRec); there `alpha` is β.
 */
const PARAMETER_ALIASES: Partial<Record<Hyperparameter, readonly string[]>> = {
  eps_max: ['droprate', 'maxdroprate', 'epsilon', 'epsilonmax', 'eps'],
  eps_n: ['numgradual', 'ngradual', 'epsilonn'],
  beta: ['alpha'],
  mlp_layers: ['numlayers', 'nlayers', 'layers', 'nummlplayers'],
  dropout: ['dropoutrate', 'dropoutprob', 'pdropout'],
  hidden: ['hiddensize', 'hiddendim', 'hiddenunits', 'numhidden'],
  corruption: ['corruptionratio', 'corruptionlevel', 'corruptionrate'],
  lr: ['learningrate'],
  factors: [
    'factornum',
    'numfactors',
    'nfactors',
    'embeddingsize',
    'embeddingdim',
    'embedsize',
    'embdim',
    'latentdim',
  ],
  negatives: ['numng', 'numneg', 'numnegatives', 'negsamples', 'numnegs'],
  batch_size: ['batch', 'bs', 'trainbatchsize'],
  epochs: ['epoch', 'numepochs', 'nepochs', 'maxepochs'],
  eval_every: ['evalfreq', 'evalsteps', 'evalinterval'],
  valid_users: ['evalusers'],
};

/** What is no hyper-parameter here, yet has a place in a sweep file. */
const PLACES = {
  dataset: ['dataset', 'data', 'datasetname'],
  model: ['model', 'modelname', 'backbone'],
  loss: ['loss', 'losstype', 'lossname', 'lossfunction'],
  seed: ['seed', 'randomseed'],
  topk: ['topk', 'topks', 'ks'],
} as const;
export type PlaceName = keyof typeof PLACES;

/** Settings of a script that decide nothing about the training. */
const MACHINERY = [
  'gpu',
  'gpuid',
  'gpus',
  'device',
  'cuda',
  'out',
  'save',
  'savemodel',
  'numworkers',
  'workers',
  'verbose',
  'logdir',
  'outputdir',
  'threads',
];

/** Settings that are fixed here: the values that say what is done anyway. */
const FIXED: Readonly<Record<string, { same: readonly unknown[]; reason: string }>> = {
  optimizer: { same: ['adam', 'Adam'], reason: 'trainings use Adam' },
  exponent: { same: [1], reason: 'the drop rate grows linearly, which is exponent 1' },
  weightdecay: { same: [0], reason: 'trainings have no weight decay' },
  l2: { same: [0], reason: 'trainings have no weight decay' },
  reg: { same: [0], reason: 'trainings have no weight decay' },
};

export type Meaning =
  | { kind: 'hyperparameter'; name: Hyperparameter }
  | { kind: 'place'; name: PlaceName }
  | { kind: 'machinery' }
  | { kind: 'fixed'; same: readonly unknown[]; reason: string }
  | { kind: 'unknown'; guess: string };

/** What a script's parameter is here. */
export function meaningOf(word: string): Meaning {
  const spelled = plain(word);
  const name = HYPERPARAMETERS.find(
    (known) => plain(known) === spelled || PARAMETER_ALIASES[known]?.includes(spelled),
  );
  if (name !== undefined) return { kind: 'hyperparameter', name };
  const place = (Object.keys(PLACES) as PlaceName[]).find((known) =>
    (PLACES[known] as readonly string[]).includes(spelled),
  );
  if (place !== undefined) return { kind: 'place', name: place };
  if (MACHINERY.includes(spelled)) return { kind: 'machinery' };
  const fixed = Object.hasOwn(FIXED, spelled) ? FIXED[spelled] : undefined;
  if (fixed !== undefined) return { kind: 'fixed', ...fixed };
  const known = [...HYPERPARAMETERS, ...Object.keys(PLACES)];
  return { kind: 'unknown', guess: didYouMean(word, known) || `: known are ${known.join(', ')}` };
}

const MODEL_ALIASES: Readonly<Record<string, Model>> = { neumfend: 'NeuMF', ncf: 'NeuMF' };

/** `NeuMF-end` is the authors' NeuMF without pre-training, as here; `NeuMF-pre` is not. */
export function modelOf(value: unknown): Model | null {
  const spelled = typeof value === 'string' ? plain(value) : '';
  return MODELS.find((model) => plain(model) === spelled) ?? own(MODEL_ALIASES, spelled);
}

const LOSS_ALIASES: Readonly<Record<string, Loss>> = {
  bce: 'CE',
  crossentropy: 'CE',
  normal: 'CE',
  truncated: 'T-CE',
  truncatedce: 'T-CE',
  reweighted: 'R-CE',
  reweightedce: 'R-CE',
};

export function lossOf(value: unknown): Loss | null {
  const spelled = typeof value === 'string' ? plain(value) : '';
  return LOSSES.find((loss) => plain(loss) === spelled) ?? own(LOSS_ALIASES, spelled);
}

function own<Word>(aliases: Readonly<Record<string, Word>>, spelled: string): Word | null {
  return Object.hasOwn(aliases, spelled) ? (aliases[spelled] ?? null) : null;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[-_ .]/g, '');
}
