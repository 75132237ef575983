/** Trains from given parameters on given batches: what the parity fixtures hold the engine to. */
import { denoisingOf } from '../denoising.js';
import type { ReplayCase, ReplayOutcome } from '../engine.js';
import { architectureOf, checkParameters, parameterSpecs } from '../parameters.js';
import { Learner } from './learner.js';

/** @throws RangeError with what is off in the case */
export function replay(replayCase: ReplayCase): ReplayOutcome {
  const architecture = architectureOf(replayCase);
  const specs = parameterSpecs(architecture, replayCase);
  checkParameters(replayCase.initial, specs);
  checkBatches(replayCase);
  const learner = new Learner({
    architecture,
    specs,
    initial: ({ name }) => replayCase.initial[name] as Float32Array,
    adam: checkedAdam(replayCase),
    denoising: denoisingOf(replayCase.loss, replayCase.hyper),
    seed: 0,
  });
  try {
    const outcome: Omit<ReplayOutcome, 'final' | 'loss'> & { loss: number[] } = {
      loss: [],
      sampleLoss: [],
      dropped: [],
    };
    for (const batch of replayCase.batches) {
      const { mean, logits, sampleLoss, dropped } = learner.step(batch);
      outcome.loss.push(mean.dataSync()[0] as number);
      outcome.sampleLoss.push(sampleLoss.dataSync<'float32'>());
      outcome.dropped.push(Uint32Array.from(dropped?.dataSync() ?? []).sort());
      for (const tensor of [mean, logits, sampleLoss, dropped]) tensor?.dispose();
    }
    return { ...outcome, loss: Float64Array.from(outcome.loss), final: learner.parameters() };
  } finally {
    learner.dispose();
  }
}

function checkedAdam({ adam }: ReplayCase): ReplayCase['adam'] {
  const { lr, beta1, beta2, eps } = adam;
  if (![lr, eps].every((x) => x > 0) || ![beta1, beta2].every((x) => x >= 0 && x < 1)) {
    throw new RangeError('adam: lr and eps must be > 0, beta1 and beta2 in [0, 1)');
  }
  return adam;
}

function checkBatches({ batches, users, items, model }: ReplayCase): void {
  for (const [at, batch] of batches.entries()) {
    const fail = (what: string): never => {
      throw new RangeError(`batch ${at}: ${what}`);
    };
    const size = batch.users.length;
    if (size === 0 || batch.items.length !== size || batch.labels.length !== size) {
      fail('users, items and labels must have one length, at least 1');
    }
    if (batch.falsePositive !== undefined && batch.falsePositive.length !== size) {
      fail('falsePositive must be as long as users');
    }
    const read = batch.inputs?.items ?? [];
    if (batch.users.some((id) => id >= users) || [...batch.items, ...read].some((id) => id >= items)) {
      fail('a user or item is out of range');
    }
    if (model !== 'CDAE') continue;
    const known = new Set(batch.inputs?.users);
    if (!batch.users.every((user) => known.has(user))) fail('inputs must name each user of the batch');
  }
}
