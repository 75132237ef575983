/** `npm run paper-table -- --dataset NAME`: CE, clean, T-CE and R-CE over the paper's grid, chosen on validation. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TRAINING_DEFAULTS, type TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '@adt/worker/data/bundle';
import type { Engine } from '@adt/worker/engines/engine';
import { openEngine } from '@adt/worker/engines/registry';
import { train } from '@adt/worker/training/train';
import { describeMachine, type Machine } from './machine.js';
import { ROOT } from './peers.js';
import { openStoredDataset } from './storedDataset.js';

const SELECT = 'valid/recall@50';
const TOPK = [50, 100];
const MEASURES = ['test/recall@50', 'test/recall@100', 'test/ndcg@50', 'test/ndcg@100'];

type Arm = Pick<TrainingConfig, 'loss' | 'epsMax' | 'epsN' | 'beta'>;

/** Wang et al., WSDM 2021, section 4.1: what the authors searched. */
const ARMS: Arm[] = [
  { loss: 'CE' },
  { loss: 'clean' },
  ...[0.05, 0.1, 0.2].flatMap((epsMax) =>
    [1000, 5000, 10_000, 20_000, 30_000].map((epsN): Arm => ({ loss: 'T-CE', epsMax, epsN })),
  ),
  ...[0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1].map((beta): Arm => ({ loss: 'R-CE', beta })),
];

type Run = { arm: Arm; seed: number; bestStep: number; valid: number; test: Record<string, number> };
type Settings = { dataset: string; epochs: number; evalEvery: number; validUsers: number; seeds: number[] };

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      dataset: { type: 'string', default: 'ml1m_noisy' },
      'data-dir': { type: 'string' },
      epochs: { type: 'string', default: '20' },
      'eval-every': { type: 'string', default: '400' },
      'valid-users': { type: 'string', default: '2000' },
      seeds: { type: 'string', default: '1,2,3' },
      out: { type: 'string', default: join(ROOT, 'test/bench/results') },
    },
  });
  const settings: Settings = {
    dataset: values.dataset,
    epochs: Number(values.epochs),
    evalEvery: Number(values['eval-every']),
    validUsers: Number(values['valid-users']),
    seeds: values.seeds.split(',').map(Number),
  };
  const bundle = await openStoredDataset(values.dataset, values['data-dir']);
  const engine = await openEngine();
  const machine = describeMachine();
  const runs: Run[] = [];
  for (const arm of ARMS) {
    for (const seed of settings.seeds) {
      runs.push(await runOnce({ bundle, engine, settings, arm, seed }));
      process.stderr.write(`paper-table: ${runs.length} of ${ARMS.length * settings.seeds.length}\n`);
    }
  }
  const command = `npm run paper-table -- --dataset ${settings.dataset} --epochs ${settings.epochs} --eval-every ${settings.evalEvery} --valid-users ${settings.validUsers} --seeds ${settings.seeds}`;
  const table = markdown(runs, { command, machine, settings });
  mkdirSync(values.out, { recursive: true });
  const result = { command, machine, settings, runs };
  writeFileSync(join(values.out, 'paper-table.json'), `${JSON.stringify(result, null, 1)}\n`);
  writeFileSync(join(values.out, 'paper-table.md'), table);
  process.stdout.write(table);
}

async function runOnce(params: {
  bundle: Bundle;
  engine: Engine;
  settings: Settings;
  arm: Arm;
  seed: number;
}): Promise<Run> {
  const { bundle, engine, settings, arm, seed } = params;
  const { dataset, epochs, evalEvery, validUsers } = settings;
  const { lr, factors, negatives, batch_size: batchSize } = TRAINING_DEFAULTS;
  const { bestStep, bestValue, test } = await train({
    bundle,
    config: {
      ...{ dataset, datasetSha256: bundle.sha256, model: 'GMF', lr, factors, negatives, batchSize },
      ...{ epochs, evalEvery, validUsers, topk: TOPK, select: SELECT, seed },
      ...arm,
    },
    engine,
    threads: 1,
    signal: new AbortController().signal,
    report() {},
  });
  const measured = Object.fromEntries(MEASURES.map((name) => [name, test[name] as number]));
  return { arm, seed, bestStep, valid: bestValue, test: measured };
}

/** A row a loss: the setting with the best mean validation value, and what that one reached on the test part. */
function markdown(
  runs: readonly Run[],
  { command, machine, settings }: { command: string; machine: Machine; settings: Settings },
): string {
  const losses = [...new Set(ARMS.map(({ loss }) => loss))];
  const rows = losses.map((loss) => {
    const settingsOfLoss = ARMS.filter((arm) => arm.loss === loss);
    const validOf = (arm: Arm) => mean(runsOf(runs, arm).map(({ valid }) => valid));
    const chosen = settingsOfLoss.reduce((best, arm) => (validOf(arm) > validOf(best) ? arm : best));
    const own = runsOf(runs, chosen);
    const cells = [
      loss,
      describeArm(chosen),
      String(settingsOfLoss.length),
      spread(own.map(({ valid }) => valid)),
      ...MEASURES.map((measure) => spread(own.map(({ test }) => test[measure] as number))),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const titles = ['loss', 'setting', 'tried', 'valid R@50', 'R@50', 'R@100', 'NDCG@50', 'NDCG@100'];
  return [
    `GMF on ${settings.dataset}, ${settings.epochs} epochs, ${settings.seeds.length} seeds. A run's checkpoint is chosen by ${SELECT} of`,
    `${settings.validUsers || 'all'} users every ${settings.evalEvery} iterations, a loss's setting by the seeds' mean of it over all users; then the test`,
    'part is read: mean ± sample sd over the seeds. Every loss ranks the same candidates.',
    '',
    `| ${titles.join(' | ')} |`,
    `|${titles.map(() => '---').join('|')}|`,
    ...rows,
    '',
    `\`${command}\`, one thread of ${machine.cpu}, Node ${machine.node}, commit ${machine.commit}, ${machine.date}.`,
    '',
  ].join('\n');
}

function runsOf(runs: readonly Run[], arm: Arm): Run[] {
  return runs.filter((run) => run.arm === arm);
}

function describeArm({ epsMax, epsN, beta }: Arm): string {
  if (epsMax !== undefined) return `ε_max ${epsMax}, ε_N ${epsN?.toLocaleString('en-US')}`;
  return beta === undefined ? '–' : `β ${beta}`;
}

function spread(values: readonly number[]): string {
  const sd = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / Math.max(1, values.length - 1),
  );
  return values.length < 2 ? mean(values).toFixed(4) : `${mean(values).toFixed(4)} ± ${sd.toFixed(4)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`paper-table: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
