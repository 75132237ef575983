import type { Batch, ReplayCase } from '../engine.js';
import { architectureOf, checkParameters, type ParameterSpec, parameterSpecs } from '../parameters.js';

/** The parameters of a model as this engine trains it with a loss. */
export function specsOf(
  config: Parameters<typeof architectureOf>[0],
  sizes: { users: number; items: number },
): ParameterSpec[] {
  return parameterSpecs(architectureOf(config), sizes);
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
