/** Checks everything before it crosses into C++, which trusts it: array bounds, sizes, and that negatives exist. */
import { type Loss, whyNoFlags, whyNotTogether } from '@adt/proto/losses';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { type Bundle, type Csr, PARTS } from '../../data/bundle.js';
import { trainingPositives } from '../cleanTraining.js';
import { type Batch, DataUnfitError, type ReplayCase } from '../engine.js';
import {
  architectureOf,
  checkParameters,
  type ParameterSpec,
  parameterSpecs,
  secondOutput,
} from '../parameters.js';

/** Samples of one epoch are numbered in 32 bits. */
const MAX_SAMPLES_PER_ROUND = 2 ** 32 - 1;
const MAX_STEPS = 2 ** 32 - 2;

/**
 * @returns what the training learns from, iterations an epoch and in all
 * @throws DataUnfitError with the part, the user or the count that is off
 */
export function checkTraining(
  bundle: Bundle,
  config: TrainingConfig,
): { positives: Csr; stepsPerEpoch: number; totalSteps: number } {
  for (const part of PARTS) checkCsr(part, bundle[part], bundle.header.users, bundle.header.items);
  checkLoss(bundle, config);
  const positives = trainingPositives(bundle, config.loss);
  const pairs = positives.items.length;
  if (pairs === 0) {
    const which =
      config.loss === 'clean' ? 'training interaction that is a true positive' : 'training interaction';
    throw new DataUnfitError(`the data set has no ${which}`);
  }
  const samples = pairs * (1 + config.negatives);
  if (samples > MAX_SAMPLES_PER_ROUND) {
    throw new DataUnfitError(
      `${pairs} training interactions with ${config.negatives} negatives each make ${samples} samples an epoch; ` +
        `the limit is ${MAX_SAMPLES_PER_ROUND}`,
    );
  }
  checkNegativesExist(bundle);
  const stepsPerEpoch = Math.ceil(samples / config.batchSize);
  const totalSteps = stepsPerEpoch * config.epochs;
  if (totalSteps > MAX_STEPS) {
    throw new DataUnfitError(`${totalSteps} iterations; the limit is ${MAX_STEPS}`);
  }
  return { positives, stepsPerEpoch, totalSteps };
}

function checkLoss({ header, train }: Bundle, { loss, model }: TrainingConfig): void {
  const dataset = { name: header.name, hasFlags: train.truePositive !== null };
  const reason = whyNoFlags(loss, dataset) ?? whyNotTogether(model, loss);
  if (reason !== null) throw new DataUnfitError(reason);
}

/** A user who has every item leaves no negative to draw for him. */
function checkNegativesExist({ header, train, valid }: Bundle): void {
  for (let user = 0; user < header.users; user += 1) {
    const trained = count(train, user);
    if (trained < header.items || trained + count(valid, user) === 0) continue;
    throw new DataUnfitError(
      `user ${user} has a training interaction with each of the ${header.items} items: no negative can be drawn`,
    );
  }
}

function count(part: Csr, user: number): number {
  return (part.rowStarts[user + 1] ?? 0) - (part.rowStarts[user] ?? 0);
}

function checkCsr(name: string, part: Csr, users: number, items: number): void {
  const fail = (what: string): never => {
    throw new DataUnfitError(`${name}: ${what}`);
  };
  const { rowStarts } = part;
  if (rowStarts.length !== users + 1) fail(`${rowStarts.length} row starts, expected ${users + 1}`);
  if (rowStarts[0] !== 0 || rowStarts[users] !== part.items.length) fail('row starts do not span the items');
  for (let user = 0; user < users; user += 1) {
    const start = rowStarts[user] as number;
    const end = rowStarts[user + 1] as number;
    if (end < start || end > part.items.length) fail(`row starts fall at user ${user}`);
    for (let at = start; at < end; at += 1) {
      const item = part.items[at] as number;
      if (item >= items) fail(`item ${item} of user ${user}, but there are ${items} items`);
      if (at > start && item <= (part.items[at - 1] as number))
        fail(`items of user ${user} are not ascending`);
    }
  }
  const flags = part.truePositive;
  if (flags !== null && flags.length !== part.items.length)
    fail(`${flags.length} flags for ${part.items.length} items`);
}

/** The parameters of a model as this engine trains it with a loss. */
export function specsOf(
  config: Parameters<typeof architectureOf>[0] & { loss: Loss },
  sizes: { users: number; items: number },
): ParameterSpec[] {
  const second = config.loss === 'NMTR' ? secondOutput(config.factors) : [];
  return [...parameterSpecs(architectureOf(config), sizes), ...second];
}

/** @throws RangeError with what is off */
export function checkReplay(replayCase: ReplayCase): void {
  const { users, items, adam, batches, hyper, loss } = replayCase;
  checkParameters(replayCase.initial, specsOf(replayCase, replayCase));
  const { lr, beta1, beta2, eps } = adam;
  if (![lr, eps].every((x) => x > 0) || ![beta1, beta2].every((x) => x >= 0 && x < 1)) {
    throw new RangeError('adam: lr and eps must be > 0, beta1 and beta2 in [0, 1)');
  }
  if (loss === 'T-CE' && !((hyper.epsN ?? 0) >= 1 && (hyper.epsMax ?? -1) >= 0 && (hyper.epsMax ?? 1) < 1)) {
    throw new RangeError('T-CE needs epsMax in [0, 1) and epsN >= 1');
  }
  if (loss === 'R-CE' && !((hyper.beta ?? -1) >= 0)) throw new RangeError('R-CE needs beta >= 0');
  if (loss === 'NR' && !((hyper.nrFpWeight ?? -1) >= 0 && (hyper.nrNegativeWeight ?? -1) >= 0)) {
    throw new RangeError('NR needs nrFpWeight and nrNegativeWeight >= 0');
  }
  const click = hyper.nmtrClickWeight ?? -1;
  if (loss === 'NMTR' && !(click >= 0 && click <= 1)) {
    throw new RangeError('NMTR needs nmtrClickWeight in [0, 1]');
  }
  for (const [at, batch] of batches.entries()) {
    const size = batch.users.length;
    if (size === 0 || batch.items.length !== size || batch.labels.length !== size) {
      throw new RangeError(`batch ${at}: users, items and labels must have one length, at least 1`);
    }
    if (batch.falsePositive !== undefined && batch.falsePositive.length !== size) {
      throw new RangeError(`batch ${at}: falsePositive must be as long as users`);
    }
    if (batch.users.some((user) => user >= users) || batch.items.some((item) => item >= items)) {
      throw new RangeError(`batch ${at}: a user or item is out of range`);
    }
    if (replayCase.model === 'CDAE') checkInputs(at, batch, replayCase);
  }
}

/** CDAE: every user of the batch has one row of inputs, and C++ finds it by its place. */
function checkInputs(at: number, { users, inputs }: Batch, { items }: ReplayCase): void {
  if (inputs === undefined) throw new RangeError(`batch ${at}: CDAE needs inputs`);
  const known = [...new Set(users)].sort((a, b) => a - b);
  if (known.length !== inputs.users.length || known.some((user, n) => user !== inputs.users[n])) {
    throw new RangeError(`batch ${at}: inputs must have each user of the batch once, ascending`);
  }
  const { rowStarts } = inputs;
  const spans = rowStarts[0] === 0 && rowStarts[known.length] === inputs.items.length;
  if (
    rowStarts.length !== known.length + 1 ||
    !spans ||
    rowStarts.some((start, n) => n > 0 && start < (rowStarts[n - 1] as number))
  ) {
    throw new RangeError(`batch ${at}: the inputs' row starts do not span their items`);
  }
  if (inputs.items.some((item) => item >= items)) {
    throw new RangeError(`batch ${at}: an input item is out of range`);
  }
}
