/** A seeded order, the same on every machine. */
import { keyOf, uniform } from '@adt/coordinator/search/philox';

/** A copy in an order that is a function of the seed alone (Fisher and Yates, from the end). */
export function shuffled<Item>(items: readonly Item[], seed: readonly (string | number)[]): Item[] {
  const order = [...items];
  const key = keyOf(...seed);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform([last, 0, 0, 0], key) * (last + 1));
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
}
