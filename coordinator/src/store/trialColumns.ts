/** New trials as the columns of one statement: a Postgres array literal each, which costs no more than its text to send. */
import type { CompiledTrial } from '../search/plan.js';

/** Array literals, an element a trial. */
export type TrialColumns = {
  configs: string;
  hashes: string;
  seeds: string;
  strata: string;
  configurations: string;
};

export function trialColumns(trials: readonly CompiledTrial[]): TrialColumns {
  return {
    configs: texts(trials.map(({ config }) => JSON.stringify(config))),
    hashes: texts(trials.map(({ configHash }) => configHash)),
    seeds: numbers(trials.map(({ seed }) => seed)),
    strata: numbers(trials.map(({ stratum }) => stratum)),
    configurations: numbers(trials.map(({ configuration }) => configuration)),
  };
}

function texts(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function numbers(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}
