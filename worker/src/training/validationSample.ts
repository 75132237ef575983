/** Which users the frequent validations rank, where they don't rank all of them. */
import type { Csr } from '../data/bundle.js';
import { Permutation, STREAM } from '../engines/rng.js';

/** Not a training's seed: all trainings on a data set are judged by the same users. */
const SEED = 20_210_308;

/**
 * `count` of the users with validation interactions, ascending; undefined, which is all of them, when that is not
 * fewer or the count is 0. A larger sample holds the smaller ones.
 */
export function validationSample({ rowStarts }: Csr, count: number): Uint32Array | undefined {
  const users = Uint32Array.from({ length: rowStarts.length - 1 }, (_, user) => user).filter(
    (user) => (rowStarts[user + 1] as number) > (rowStarts[user] as number),
  );
  if (count === 0 || count >= users.length) return undefined;
  const order = new Permutation(users.length, SEED, 0, STREAM.validOrder);
  return Uint32Array.from({ length: count }, (_, n) => users[order.at(n)] as number).sort();
}
