/** The sweep a new platform runs by itself: each loss with a few settings, small enough to watch from start to end. */

/** @param dataset name of a stored data set; its letters are safe in YAML (see trainingConfigSchema) */
export function quickStartSweep(dataset: string): string {
  return `name: quick-start
method: grid
parameters:
  dataset: {value: ${JSON.stringify(dataset)}}
  model: {value: GMF}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {values: [0.05, 0.1, 0.2]}
  eps_n: {values: [500, 2000]}
  beta: {values: [0.1, 0.25, 0.5]}
training:
  epochs: 10
  eval_every: 100
seeds: {search: [1, 2]}
`;
}
