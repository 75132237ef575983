/** What a sweep's early stopping may do but its owner should know before it runs. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { Loss } from '@adt/proto/trainingConfig';
import type { PrunerSettings } from './earlyTerminate.js';
import { rungsOf } from './rungs.js';

/** One configuration, as far as its rungs go. */
export type PrunedRun = {
  dataset: string;
  model: string;
  loss: Loss;
  totalSteps: number;
  stepsPerEpoch: number;
  evalEvery: number;
  /** Of T-CE, else null. */
  epsN: number | null;
};

/** Each kind of trouble once a stratum, with how many of its configurations have it. */
export function pruningWarnings({
  settings,
  runs,
}: {
  settings: PrunerSettings;
  runs: readonly PrunedRun[];
}): FieldViolation[] {
  if (settings.type === 'none') return [];
  const strata = new Map<string, PrunedRun[]>();
  for (const run of runs) {
    const stratum = `${run.dataset}, ${run.model}, ${run.loss}`;
    strata.set(stratum, [...(strata.get(stratum) ?? []), run]);
  }
  return [...strata].flatMap(([stratum, members]) => [
    ...withoutRung(settings, stratum, members),
    ...belowEpsN(settings, stratum, members),
    ...apart(settings, stratum, members),
  ]);
}

/** Runs that nothing can stop, by the first reason that was met. */
function withoutRung(
  settings: PrunerSettings,
  stratum: string,
  runs: readonly PrunedRun[],
): FieldViolation[] {
  const reasons = runs.map((run) => rungs(settings, run).whyNone).filter((reason) => reason !== null);
  const [reason] = reasons;
  if (reason === undefined) return [];
  const message = `${stratum}: ${share(reasons.length, runs.length)} never stopped early: ${reason}`;
  return [{ path: 'early_terminate', message }];
}

/** A first rung that T-CE passes without being judged, because it is still close to CE there. */
function belowEpsN(settings: PrunerSettings, stratum: string, runs: readonly PrunedRun[]): FieldViolation[] {
  const waiting = runs.filter((run) => {
    const own = rungs(settings, run).steps[0];
    const first = rungs(settings, { ...run, epsN: null, loss: 'CE' }).steps[0];
    return own !== undefined && first !== undefined && own > first;
  });
  if (waiting.length === 0) return [];
  const last = Math.max(...waiting.map((run) => rungs(settings, run).steps[0] ?? 0));
  const message =
    `${stratum}: the first rung is below eps_n, where T-CE is still close to CE: ` +
    `${share(waiting.length, runs.length)} judged later, from iteration ${last.toLocaleString('en-US')} at the latest`;
  return [{ path: 'early_terminate.min_steps', message }];
}

/** Trials meet at a rung only if they have trained equally long; ladders that start apart never meet. */
function apart(settings: PrunerSettings, stratum: string, runs: readonly PrunedRun[]): FieldViolation[] {
  const ladders = new Set(
    runs.map((run) => rungs(settings, { ...run, epsN: null, loss: 'CE' }).steps[0]).filter((step) => step),
  );
  if (ladders.size < 2) return [];
  const message =
    `${stratum}: configurations that differ in batch_size, negatives or eval_every have ${ladders.size} first ` +
    'rungs and are compared only with their like: give min_steps, a multiple of eval_every';
  return [{ path: 'early_terminate.min_steps', message }];
}

/** As of a configuration that Hyperband does not spare. */
function rungs(settings: PrunerSettings, run: PrunedRun) {
  const ladder =
    settings.type === 'hyperband'
      ? { ...settings, type: 'asha' as const, minShare: 0, trend: false }
      : settings;
  return rungsOf({ ...run, settings: ladder, configuration: 0, seedIndex: 0 });
}

function share(count: number, all: number): string {
  const [few, many] = [count.toLocaleString('en-US'), all.toLocaleString('en-US')];
  if (count === all) return all === 1 ? 'the configuration is' : `all ${many} configurations are`;
  return `${few} of ${many} configurations ${count === 1 ? 'is' : 'are'}`;
}
