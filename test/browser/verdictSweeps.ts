/** Short real sweeps that end in verdicts, for the tests of the screens that show them. */
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { DashboardScene } from './dashboardScene.js';

/** The fewest that can decide among three comparisons: 3 · 2 / 2⁷ is 0.047. */
export const SEEDS = 7;

/** A configuration a loss, so that what takes the time is the confirmation. */
export function specOf(params: {
  name: string;
  losses?: string[];
  models?: string[];
  confirm?: number;
  epochs?: number;
}): string {
  const { name, losses = ['CE', 'T-CE', 'R-CE'], models = ['GMF'], confirm, epochs = 1 } = params;
  const conditional = [
    ...(losses.includes('T-CE') ? ['  eps_max: {value: 0.2}', '  eps_n: {value: 50}'] : []),
    ...(losses.includes('R-CE') ? ['  beta: {value: 0.2}'] : []),
  ];
  return [
    `name: ${name}`,
    'method: grid',
    'parameters:',
    '  dataset: {value: synthetic}',
    `  model: {values: [${models.join(', ')}]}`,
    `  loss: {values: [${losses.join(', ')}]}`,
    ...conditional,
    '  lr: {values: [0.001]}',
    `training: {epochs: ${epochs}, eval_every: 20}`,
    `seeds: {search: [1]${confirm === undefined ? '' : `, confirm: {count: ${confirm}, base: 2019}`}}`,
    '',
  ].join('\n');
}

export async function submit({ connection }: DashboardScene, spec: string): Promise<number> {
  const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
  return (await connection.call('submitSweep', request)).sweepId;
}
