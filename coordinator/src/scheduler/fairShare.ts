/** How many hints each sweep may publish now, so that sweeps share a pool by weight and none waits for ever. Pure. */

export type SweepDemand = {
  id: number;
  /** Priority, above 0: a sweep of weight 2 gets twice the slots of one of weight 1. */
  weight: number;
  running: number;
  /** Published, not yet claimed. */
  hinted: number;
  /** Queued without a hint. */
  waiting: number;
  /** Trials that may run at once, hints counted; null: no limit of its own. */
  maxConcurrent: number | null;
};

/**
 * What a sweep is owed beyond what it got, in hints, by its id. The leader keeps it between calls; losing it, say in a
 * fail-over, forgets whose turn was next and nothing else. It holds the sweeps of the last call, so give all that are
 * not finished, those without a waiting trial too.
 */
export type Credits = ReadonlyMap<number, number>;

export type Grants = {
  /** Hints to publish by sweep; sweeps that get none are absent. */
  hints: ReadonlyMap<number, number>;
  credits: Credits;
};

/**
 * Fills the free part of the window of hints.
 *
 * A sweep's share is its part of all slots in use and free, by weight, what it cannot use going to the others
 * (max-min fairness). Only sweeps below their share, rounded up, take part; among them smooth weighted round robin
 * (the stride scheduling of Waldspurger and Weihl, 1995, with a credit in place of a pass) says whose turn it is.
 * The share alone could not serve three sweeps on one slot in turn, and turns alone would give a sweep of long trials
 * nearly all the slots.
 *
 * Work conserving: the window is full afterwards, or no sweep may publish more. No starvation: a sweep that waits with
 * nothing open always takes part, and its credit grows with every hint that another one gets.
 *
 * @param window hints that the pool may hold unclaimed, over all sweeps
 * @throws RangeError for a weight that is not a number above 0
 */
export function fairShare(params: {
  sweeps: readonly SweepDemand[];
  window: number;
  credits: Credits;
}): Grants {
  const { sweeps, window } = params;
  const wrong = sweeps.find(({ weight }) => !(weight > 0 && Number.isFinite(weight)));
  if (wrong) throw new RangeError(`sweep ${wrong.id}: its weight must be above 0 (got ${wrong.weight})`);
  const free = Math.max(0, window - sum(sweeps.map(({ hinted }) => hinted)));
  const slots = free + sum(sweeps.map(openOf));
  const ceilings = new Map([...sharesOf(sweeps, slots)].map(([id, share]) => [id, roundUp(share)]));
  // The oldest sweep first, which decides among equal credits; a new one joins with none.
  const turns = [...sweeps]
    .sort((a, b) => a.id - b.id)
    .map((sweep) => ({ sweep, credit: params.credits.get(sweep.id) ?? 0, granted: 0 }));

  for (let left = free; left > 0; left -= 1) {
    const eligible = turns.filter(
      ({ sweep, granted }) =>
        granted < roomOf(sweep) && openOf(sweep) + granted < (ceilings.get(sweep.id) ?? 0),
    );
    if (eligible.length === 0) break;
    const weights = sum(eligible.map(({ sweep }) => sweep.weight));
    for (const turn of eligible) turn.credit += turn.sweep.weight / weights;
    const next = eligible.reduce((first, turn) => (turn.credit > first.credit ? turn : first));
    next.credit -= 1;
    next.granted += 1;
  }
  return {
    hints: new Map(
      turns.filter(({ granted }) => granted > 0).map(({ sweep, granted }) => [sweep.id, granted]),
    ),
    // Kept for a sweep that has nothing to publish just now, too: one that plans trial by trial would start anew, and
    // ahead of the others, each time. The floor is what a turn costs; what sweeps that ended were owed can't sink the rest.
    credits: new Map(turns.map(({ sweep, credit }) => [sweep.id, Math.max(credit, -1)])),
  };
}

/** Weighted max-min shares: whoever needs less than its part gets what it needs, the rest is split again. */
function sharesOf(sweeps: readonly SweepDemand[], slots: number): Map<number, number> {
  const shares = new Map<number, number>();
  const need = (sweep: SweepDemand) => openOf(sweep) + roomOf(sweep);
  const modestFirst = [...sweeps].sort((a, b) => need(a) / a.weight - need(b) / b.weight || a.id - b.id);
  let left = slots;
  modestFirst.forEach((sweep, index) => {
    // Added up anew, not subtracted from: a small weight beside a large one would drown in the rounding.
    const weights = sum(modestFirst.slice(index).map(({ weight }) => weight));
    const share = Math.min(need(sweep), (left * sweep.weight) / weights);
    shares.set(sweep.id, share);
    left -= share;
  });
  return shares;
}

/** Takes slots, now or once a worker claims its hint. */
function openOf({ running, hinted }: SweepDemand): number {
  return running + hinted;
}

/** Hints that the sweep itself could use. */
function roomOf({ running, hinted, waiting, maxConcurrent }: SweepDemand): number {
  const allowed = maxConcurrent === null ? waiting : maxConcurrent - running - hinted;
  return Math.max(0, Math.min(waiting, allowed));
}

/** A share that is whole but for rounding must not become the next one, nor a small one none. */
function roundUp(share: number): number {
  const near = Math.round(share);
  return near > 0 && Math.abs(share - near) < 1e-9 ? near : Math.ceil(share);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
