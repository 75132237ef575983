/** A search rebuilt from what is stored, one entry after the other: its plan, its state and the head of its log. */
import { compileSweep } from '../compile.js';
import type { Assignment } from '../grid.js';
import { type CompiledTrial, compileTrials, type SearchPlan } from '../plan.js';
import type { Prior } from '../prior.js';
import { rulesOf } from '../rules.js';
import type { DatasetFacts } from '../strata.js';
import { chainHash, type Entry, type LoggedEntry, rootHash } from './entry.js';
import { SearchState, type TrialRecord } from './state.js';

export type SearchText = {
  spec: string;
  specFormat: 'YAML' | 'JSON';
  specSha256: string;
  facts: readonly DatasetFacts[];
  prior: Prior;
  /** Which defaults it was submitted under (`search/rules.ts`). */
  rules: number;
};

/** What a stored sweep file compiles to. */
export type StoredPlan = { plan: SearchPlan; maxFailures: number };

/** @throws Error when the stored spec does not compile any more: this version reads sweep files differently */
export function compileStored({ spec, specFormat: format, facts, prior, rules }: SearchText): StoredPlan {
  const compiled = compileSweep({ spec, format, datasets: facts, prior, rules: rulesOf(rules) });
  if (!compiled.ok) {
    const [first] = compiled.violations;
    throw new Error(`the stored sweep file can't be compiled again: ${first?.path} ${first?.message}`);
  }
  const { plan, maxFailures } = compiled.sweep;
  return { plan, maxFailures };
}

export class LoadedSearch {
  readonly state: SearchState;
  /** Hash of the newest entry; the root's when there is none. */
  hash: string;
  /** Entries applied so far. */
  length = 0;

  private constructor(
    readonly plan: SearchPlan,
    readonly maxFailures: number,
    readonly root: string,
  ) {
    this.state = new SearchState(plan);
    this.hash = root;
  }

  /** @throws Error when the stored spec does not compile any more: this version reads sweep files differently */
  static from(text: SearchText): LoadedSearch {
    return LoadedSearch.of(text, compileStored(text));
  }

  /** @param compiled what `compileStored` has made of the text */
  static of(
    { specSha256, facts, prior, rules }: SearchText,
    { plan, maxFailures }: StoredPlan,
  ): LoadedSearch {
    return new LoadedSearch(plan, maxFailures, rootHash(specSha256, { facts, prior, rules }));
  }

  /** Takes in what is in the log already. @throws Error when it is not what comes next */
  follow({ number, entry, hash }: LoggedEntry): void {
    if (number !== this.length + 1)
      throw new Error(`entry ${number} of the search log follows ${this.length}`);
    const own = this.add(entry);
    if (own.hash !== hash)
      throw new Error(`entry ${number} of the search log was changed: its hash does not fit`);
  }

  /** What an entry would be logged as, if it came next; nothing is added. */
  next(entry: Entry): LoggedEntry {
    return { number: this.length + 1, entry, hash: chainHash(this.hash, entry) };
  }

  /** Adds an entry that is to be logged. */
  add(entry: Entry): LoggedEntry {
    const logged = this.next(entry);
    this.state.apply(entry);
    this.hash = logged.hash;
    this.length = logged.number;
    return logged;
  }

  /** Trials from a number on, as they are stored. */
  trialsFrom(number: number): CompiledTrial[] {
    const places = this.state.trials.slice(number - 1).map(({ stratum, configuration, seed, phase }) => ({
      stratum,
      configuration,
      seed,
      phase,
    }));
    return compileTrials(
      this.plan,
      places,
      (place): Assignment => this.state.configuration(place).assignment,
    );
  }

  metricOf({ stratum }: Pick<TrialRecord, 'stratum'>): string {
    return this.plan.strata[stratum]?.metric ?? '';
  }
}
