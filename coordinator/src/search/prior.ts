/** What an extended sweep goes on from: configurations that earlier sweeps have trained, where its space still has them. */
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';
import { assignmentOf } from './assignment.js';
import { configHash } from './canonical.js';
import { configOf } from './configuration.js';
import type { Domain, Parameter } from './document.js';
import { type Assignment, domainSize, isActive, valueAt } from './grid.js';
import type { Stratum } from './strata.js';

/** Configurations of finished trainings, in the order they were tried, each once. */
export type Prior = readonly { config: TrainingConfig; configHash: string }[];

/** Those of a stratum. The hash decides: with another fixed value, a configuration is another one and not done. */
export function priorOf(stratum: Stratum, prior: Prior): Assignment[] {
  const { dataset, model, loss, parameters } = stratum;
  return prior.flatMap(({ config, configHash: hash }) => {
    if (config.datasetSha256 !== dataset.sha256 || config.model !== model || config.loss !== loss) return [];
    const assignment = assignmentIn(parameters, assignmentOf(config));
    if (assignment === null || configHash(configOf(stratum, assignment, config.seed)) !== hash) return [];
    return [assignment];
  });
}

/** The active parameters' values; null where one is absent or outside its domain. */
function assignmentIn(parameters: readonly Parameter[], values: Assignment): Assignment | null {
  const chosen: Partial<Record<Hyperparameter, number>> = {};
  for (const parameter of parameters) {
    if (!isActive(parameter, chosen)) continue;
    const value = values[parameter.name];
    if (value === undefined || !holds(parameter.domain, value)) return null;
    chosen[parameter.name] = value;
  }
  return chosen;
}

function holds(domain: Domain, value: number): boolean {
  if (domain.kind === 'choice') return domain.values.includes(value);
  if (value < domain.low || value > domain.high) return false;
  if (domain.step === null) return !domain.integer || Number.isInteger(value);
  const index = Math.round((value - domain.low) / domain.step);
  return index < domainSize(domain) && valueAt(domain, index) === value;
}
