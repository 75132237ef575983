/** What a new sweep starts from. */
import { stringify } from 'yaml';

/** The data set that every platform has. */
export const BUILT_IN = 'synthetic';

export const TEMPLATES = ['quick', 'blank'] as const;
export type Template = (typeof TEMPLATES)[number];

/** @param dataset name of a stored data set, safe in YAML */
export function templateText(template: Template, dataset: string): string {
  return template === 'quick' ? quick(dataset) : BLANK;
}

/** All three losses with a few settings each: half a minute on two cores with the built-in data set. */
function quick(dataset: string): string {
  return `name: tce-vs-rce
method: grid
parameters:
  dataset: {value: ${stringify(dataset).trim()}}
  model: {value: GMF}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {values: [0.05, 0.1, 0.2]}
  eps_n: {values: [500, 2000]}
  beta: {values: [0.1, 0.25, 0.5]}
training:
  epochs: ${dataset === BUILT_IN ? 25 : 10}
  eval_every: 200
seeds: {search: [1, 2]}
`;
}

const BLANK = `# What to search. The form beside this text follows it, and the other way round.
name: my-sweep
method: grid        # or random, with a budget
parameters:
  dataset: {values: []}
  model: {value: GMF}
  loss: {values: [CE]}
seeds: {search: [1, 2]}
`;
