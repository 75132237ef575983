/** What a sweep is to search, once it is compiled: its strata with their budgets, and the trials to begin with. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { configHash } from './canonical.js';
import { configOf } from './configuration.js';
import type { Budget, Confirmation, Method, SweepDocument } from './document.js';
import { type Assignment, countConfigurations, expandGrid } from './grid.js';
import { type Prior, priorOf } from './prior.js';
import type { PrunerSettings } from './pruners/earlyTerminate.js';
import { drawRandom } from './random.js';
import { drawSobol } from './sampler.js';
import type { Stratum } from './strata.js';

export type PlannedStratum = Stratum & {
  /** Configurations that the search tries, at most. */
  wanted: number;
  /** Those known beforehand. tpe suggests the others one by one, from what came before. */
  listed: readonly Assignment[];
};

/** Everything that decides a search. The same plan and the same results give the same decisions. */
export type SearchPlan = {
  method: Method;
  samplerSeed: number;
  seeds: readonly number[];
  confirm: Confirmation | null;
  pruner: PrunerSettings;
  budget: Budget;
  strata: readonly PlannedStratum[];
};

/** search: finds the best configuration of a stratum. confirm: measures it on fresh seeds. */
export type Phase = 'search' | 'confirm';

/** A training's place: stratum and configuration by their ordinals, from 0. */
export type TrialPlace = { stratum: number; configuration: number; seed: number; phase: Phase };

export type CompiledTrial = TrialPlace & {
  config: TrainingConfig;
  /** Same for all seeds of a configuration. */
  configHash: string;
};

/**
 * @param perStratum configurations that each stratum may have; null: a grid, all of them
 * @param prior what the sweeps that this one extends have trained: tpe goes on from it
 */
export function planOf(
  document: SweepDocument,
  strata: readonly Stratum[],
  perStratum: number | null,
  prior: Prior,
): SearchPlan {
  const { method, samplerSeed, seeds, confirm, pruner, budget } = document;
  const planned = strata.map((stratum): PlannedStratum => {
    if (perStratum === null) {
      const listed = [...expandGrid(stratum.parameters)];
      return { ...stratum, listed, wanted: listed.length };
    }
    if (method === 'tpe') {
      const wanted = Math.min(perStratum, countConfigurations(stratum.parameters));
      return { ...stratum, wanted, listed: priorOf(stratum, prior).slice(0, wanted) };
    }
    const listed = (method === 'sobol' ? drawSobol : drawRandom)(
      stratum.parameters,
      perStratum,
      samplerSeed,
      namesOf(stratum),
    );
    return { ...stratum, listed, wanted: listed.length };
  });
  return { method, samplerSeed, seeds, confirm, pruner, budget, strata: planned };
}

/** Names a stratum in the samplers' keys: adding an arm to a sweep leaves the other arms' draws as they were. */
export function namesOf({ dataset, model, loss }: Stratum): readonly string[] {
  return [dataset.sha256, model, loss];
}

/** Whether trials are still added, stopped or judged after the submission; else the trials are all there is to it. */
export function isSearched({ method, pruner, confirm, budget }: SearchPlan): boolean {
  return (
    method === 'tpe' ||
    pruner.type !== 'none' ||
    confirm !== null ||
    budget.maxWallSeconds !== null ||
    budget.maxFailedFraction !== null
  );
}

/**
 * Search seeds that a configuration is trained with from the start. Under early stopping only the first one: the
 * others measure what it let through.
 */
export function firstSeeds({ pruner, seeds }: SearchPlan): readonly number[] {
  return pruner.type === 'none' ? seeds : seeds.slice(0, 1);
}

/**
 * The order to run in: all configurations with the first seed, then with the next; within a seed the strata take
 * turns. So every loss shows a result at once, a half-run sweep has seen the whole space, and the spread comes last.
 */
export function firstTrials(plan: SearchPlan): TrialPlace[] {
  const counts = plan.strata.map(({ listed }) => listed.length);
  const turns = Array.from({ length: Math.max(0, ...counts) }, (_, configuration) => configuration);
  return firstSeeds(plan).flatMap((seed) =>
    turns.flatMap((configuration) =>
      counts.flatMap((count, stratum) =>
        configuration < count ? [{ stratum, configuration, seed, phase: 'search' as const }] : [],
      ),
    ),
  );
}

/** @throws RangeError for a stratum that the plan does not have */
export function stratumOf(plan: SearchPlan, stratum: number): PlannedStratum {
  const found = plan.strata[stratum];
  if (found === undefined) throw new RangeError(`stratum ${stratum} of ${plan.strata.length}`);
  return found;
}

/** The trials that these places stand for; `assignmentOf` says what their configurations are. */
export function compileTrials(
  plan: SearchPlan,
  places: readonly TrialPlace[],
  assignmentOf: (place: TrialPlace) => Assignment,
): CompiledTrial[] {
  const hashes = new Map<string, string>();
  return places.map((place) => {
    const config = configOf(stratumOf(plan, place.stratum), assignmentOf(place), place.seed);
    const key = `${place.stratum}:${place.configuration}`;
    const hash = hashes.get(key) ?? configHash(config);
    hashes.set(key, hash);
    return { ...place, config, configHash: hash };
  });
}
