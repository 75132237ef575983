/** Sweep files of any size: as many learning rates, each with as many seeds. */

/** The series that ranks. */
export const OBJECTIVE = 'valid/recall@50';

/** @param confirmSeeds trainings that confirm the best when all have ended; with them the sweep has a search and its log */
export function sweepText(params: {
  name: string;
  configurations: number;
  seeds: number;
  confirmSeeds?: number;
}): string {
  const { name, configurations, seeds, confirmSeeds = 0 } = params;
  const rates = Array.from({ length: configurations }, (_, at) => `${10_000 + at}e-8`);
  const confirm = confirmSeeds > 0 ? `, confirm: {count: ${confirmSeeds}, base: 2019}` : '';
  return `name: ${name}
method: grid
metric: {name: ${OBJECTIVE}, goal: maximize}
parameters:
  dataset: {value: tiny}
  model: {value: GMF}
  loss: {value: CE}
  lr: {values: [${rates.join(', ')}]}
seeds: {search: {count: ${seeds}, base: 1}${confirm}}
training: {epochs: 9, eval_every: 10, topk: [50]}
`;
}
