/** Judgements of early stopping, and the ladder that they make. Pure. */

/** A trial at a rung. */
export type Judged = {
  dataset: string;
  model: string;
  loss: string;
  /** Number of the trial in the sweep. */
  trial: number;
  /** Iteration of the rung. */
  step: number;
  /** Of Hyperband; 0 for the others. */
  bracket: number;
  /** Best objective until then; null: it had none. */
  value: number | null;
  prune: boolean;
  reason: string;
};

export type Rung = {
  loss: string;
  bracket: number;
  step: number;
  judged: readonly Judged[];
  /** How many went on. */
  kept: number;
  /** The worst value that went on; null: none did. */
  cut: number | null;
};

/** Rungs by loss, bracket and iteration. A trial that was judged twice at a rung counts by what was said last. */
export function ladderOf(all: readonly Judged[], maximize: boolean): Rung[] {
  const groups = new Map<string, Map<number, Judged>>();
  for (const one of all) {
    const key = JSON.stringify([one.loss, one.bracket, one.step]);
    const group = groups.get(key) ?? new Map<number, Judged>();
    groups.set(key, group.set(one.trial, one));
  }
  return [...groups.values()]
    .map((group) => rungOf([...group.values()], maximize))
    .sort((a, b) => a.loss.localeCompare(b.loss) || a.bracket - b.bracket || a.step - b.step);
}

function rungOf(judged: Judged[], maximize: boolean): Rung {
  const [first] = judged;
  if (first === undefined) throw new Error('a rung has at least one judgement');
  const kept = judged.filter(({ prune }) => !prune);
  const values = kept.flatMap(({ value }) => value ?? []);
  const cut = values.length === 0 ? null : maximize ? Math.min(...values) : Math.max(...values);
  return { loss: first.loss, bracket: first.bracket, step: first.step, judged, kept: kept.length, cut };
}
