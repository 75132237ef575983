/** What a search does next, given all it knows: a function of plan and log alone, but for how much may run at once. */

import { namesOf, stratumOf } from '../plan.js';
import { suggest } from '../sampler.js';
import type { Entry } from './entry.js';
import { isSearchOver, type SearchState, type StratumRecord } from './state.js';

/** A share of failures says nothing about fewer trials. */
const MIN_TOLD_TO_GIVE_UP = 5;

/**
 * The next decision; null when there is nothing to decide before something else ends. Applying it and asking again
 * gives the one after it.
 * @param room trials that may still be suggested before others end; what is listed, begun or confirmed needs none
 */
export function nextDecision(state: SearchState, room: number): Entry | null {
  if (state.over !== null) return null;
  return (
    giveUp(state) ??
    continueSeeds(state) ??
    confirmBest(state) ??
    (state.open < room ? suggestNext(state) : null) ??
    end(state)
  );
}

function giveUp({ plan, told, failed }: SearchState): Entry | null {
  const limit = plan.budget.maxFailedFraction;
  if (limit === null || told < MIN_TOLD_TO_GIVE_UP || failed <= limit * told) return null;
  const reason = `${failed} of ${told} search trials have failed, more than budget.max_failed_fraction ${limit}`;
  return { kind: 'ended', gaveUp: true, reason };
}

/** Under early stopping, what one seed let through is measured with the next. */
function continueSeeds({ plan, strata }: SearchState): Entry | null {
  if (plan.pruner.type === 'none' || plan.seeds.length === 1) return null;
  for (const { index, configurations } of strata) {
    for (const { ordinal, observation, trials } of configurations) {
      const seed = plan.seeds[trials.length];
      if (seed === undefined || observation.outcome !== 'running') continue;
      if (trials.some(({ outcome }) => outcome === null)) continue;
      const reason = `seed ${trials.at(-1)?.seed} was not stopped: seed ${trials.length + 1} of ${plan.seeds.length}`;
      return { kind: 'continued', stratum: index, configuration: ordinal, seed, reason };
    }
  }
  return null;
}

/** The best of a stratum whose search is over, one at a time; ties go to the earlier configuration. */
function confirmBest(state: SearchState): Entry | null {
  const { confirm } = state.plan;
  if (confirm === null) return null;
  for (const stratum of state.strata) {
    if (stratum.settled || !isSearchOver(state, stratum)) continue;
    const ranked = rankDone(stratum);
    const rank = stratum.confirmed.length;
    const best = rank < confirm.topK ? ranked[rank] : undefined;
    if (best === undefined) return unconfirmed(stratum, ranked.length, confirm.topK);
    const value = stratum.sign * best.score;
    const reason = `rank ${rank + 1} of ${ranked.length} by validation, mean ${round(value)} over ${state.plan.seeds.length} search ${state.plan.seeds.length === 1 ? 'seed' : 'seeds'}`;
    return {
      kind: 'confirmed',
      stratum: stratum.index,
      configuration: best.ordinal,
      rank: rank + 1,
      value,
      reason,
    };
  }
  return null;
}

/** Best first. */
export function rankDone({ configurations }: StratumRecord): { ordinal: number; score: number }[] {
  return configurations
    .flatMap(({ ordinal, observation: { outcome, score } }) =>
      outcome === 'done' && score !== null ? [{ ordinal, score }] : [],
    )
    .sort((a, b) => b.score - a.score || a.ordinal - b.ordinal);
}

function unconfirmed({ index, confirmed }: StratumRecord, done: number, topK: number): Entry {
  const reason =
    confirmed.length >= topK
      ? `the best ${topK === 1 ? 'configuration is' : `${topK} configurations are`} being confirmed`
      : `${done} ${done === 1 ? 'configuration has' : 'configurations have'} finished all search seeds`;
  return { kind: 'unconfirmed', stratum: index, reason };
}

/** The stratum that is furthest behind, so that all are tuned alike at any time. */
function suggestNext(state: SearchState): Entry | null {
  const { plan } = state;
  const open = state.strata.filter(
    ({ index, exhausted, configurations }) =>
      !exhausted && configurations.length < stratumOf(plan, index).wanted,
  );
  const [first, ...others] = open;
  if (first === undefined) return null;
  const behind = others.reduce(
    (least, next) => (next.configurations.length < least.configurations.length ? next : least),
    first,
  );
  return suggestIn(state, behind);
}

/** What the stratum tries next: what its sampler says of all that came before. */
export function suggestIn({ plan }: SearchState, { index, configurations }: StratumRecord): Entry {
  const stratum = stratumOf(plan, index);
  const suggestion = suggest({
    method: 'tpe',
    parameters: stratum.parameters,
    samplerSeed: plan.samplerSeed,
    stratum: namesOf(stratum),
    history: configurations.map(({ observation }) => observation),
  });
  if (suggestion === null)
    return {
      kind: 'exhausted',
      stratum: index,
      reason: `all ${configurations.length} configurations were tried`,
    };
  return { kind: 'suggested', stratum: index, ...suggestion };
}

function end(state: SearchState): Entry | null {
  if (state.open > 0) return null;
  if (!state.strata.every((stratum) => stratum.settled && isSearchOver(state, stratum))) return null;
  const tried = state.strata.reduce((sum, { configurations }) => sum + configurations.length, 0);
  const reason = `${tried} ${tried === 1 ? 'configuration' : 'configurations'}, ${state.trials.length} trainings`;
  return { kind: 'ended', gaveUp: false, reason };
}

/** As a person reads it; the entry holds the value itself. */
function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
