/** Checks a data set and a configuration before an engine trusts them: bounds, sizes, and that negatives exist. */
import { whyNoFlags, whyNotTogether } from '@adt/proto/losses';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { type Bundle, type Csr, PARTS } from '../data/bundle.js';
import { trainingPositives } from './cleanTraining.js';
import { DataUnfitError } from './engine.js';

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
