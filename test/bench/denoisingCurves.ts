/** `npm run curves -- --dataset NAME`: how CE and T-CE treat false positives, as numbers and as the README's pictures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Diagnostic } from '@adt/proto/metric';
import { TRAINING_DEFAULTS, type TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '@adt/worker/data/bundle';
import { openEngine } from '@adt/worker/engines/registry';
import { type Point, train } from '@adt/worker/training/train';
import { type Line, linePlot } from './linePlot.js';
import { describeMachine } from './machine.js';
import { ROOT } from './peers.js';
import { openStoredDataset } from './storedDataset.js';

const RESULTS = join(ROOT, 'test/bench/results');
const BLUE = '#0072b2';
const ORANGE = '#d55e00';
const GREY = '#6b7480';

const ARMS = {
  CE: { loss: 'CE' },
  'T-CE': { loss: 'T-CE', epsMax: 0.2, epsN: 1000 },
} as const satisfies Record<string, Partial<TrainingConfig>>;
type Curves = Record<keyof typeof ARMS, Point[]>;

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      dataset: { type: 'string', default: 'ml1m_noisy' },
      'data-dir': { type: 'string' },
      epochs: { type: 'string', default: '20' },
    },
  });
  const bundle = await openStoredDataset(values.dataset, values['data-dir']);
  if (bundle.train.truePositive === null)
    throw new Error(`${values.dataset}: its training part has no flags`);
  const epochs = Number(values.epochs);
  const curves: Curves = {
    CE: await curveOf(bundle, values.dataset, { ...ARMS.CE, epochs }),
    'T-CE': await curveOf(bundle, values.dataset, { ...ARMS['T-CE'], epochs }),
  };
  const command = `npm run curves -- --dataset ${values.dataset} --epochs ${epochs}`;
  mkdirSync(RESULTS, { recursive: true });
  const run = { command, machine: describeMachine(), arms: ARMS, curves: compact(curves) };
  writeFileSync(join(RESULTS, 'denoising.json'), `${JSON.stringify(run)}\n`);
  writeFileSync(join(RESULTS, 'denoising-loss.svg'), lossPicture(curves, values.dataset));
  writeFileSync(join(RESULTS, 'denoising-drops.svg'), dropPicture(curves, values.dataset));
  process.stdout.write(`test/bench/results/denoising.json, denoising-loss.svg, denoising-drops.svg\n`);
}

/** Every `diag/…` point of one GMF training; a few users are validated, for nothing is selected here. */
async function curveOf(
  bundle: Bundle,
  dataset: string,
  arm: Partial<TrainingConfig> & Pick<TrainingConfig, 'loss' | 'epochs'>,
): Promise<Point[]> {
  const { lr, factors, negatives, batch_size: batchSize, eval_every: evalEvery, seed } = TRAINING_DEFAULTS;
  const points: Point[] = [];
  await train({
    bundle,
    config: {
      ...{
        dataset,
        datasetSha256: bundle.sha256,
        model: 'GMF',
        lr,
        factors,
        negatives,
        batchSize,
        evalEvery,
      },
      ...{ validUsers: 100, topk: [50], select: 'valid/recall@50', seed },
      ...arm,
    },
    engine: await openEngine(),
    threads: 1,
    signal: new AbortController().signal,
    report: (reported) => points.push(...reported.filter(({ metric }) => metric.startsWith('diag/'))),
  });
  return points;
}

function lossPicture(curves: Curves, dataset: string): string {
  const panel = (arm: keyof Curves, title: string) => ({
    title,
    lines: [
      line(curves[arm], 'diag/ce_fp', { label: 'false-positive interactions', colour: ORANGE, dash: '6 3' }),
      line(curves[arm], 'diag/ce_tp', { label: 'true-positive interactions', colour: BLUE }),
    ],
  });
  const { epsMax, epsN } = ARMS['T-CE'];
  return linePlot({
    caption: `Mean cross-entropy of false- and true-positive training interactions on ${dataset}, CE and T-CE`,
    panels: [
      panel('CE', `Training loss under CE, GMF, ${dataset}`),
      panel('T-CE', `Under T-CE, ε_max ${epsMax}, ε_N ${epsN.toLocaleString('en-US')}`),
    ],
  });
}

function dropPicture({ 'T-CE': points }: Curves, dataset: string): string {
  const random = { colour: GREY, dash: '2 3' };
  return linePlot({
    caption: `Precision and recall of what T-CE drops on ${dataset}, with dropping at random`,
    panels: [
      {
        title: `False positives among what T-CE drops, ${dataset}`,
        lines: [
          line(points, 'diag/drop_precision', { label: 'T-CE’s precision', colour: ORANGE }),
          line(points, 'diag/drop_random', { label: 'dropping at random', ...random }),
        ],
      },
      {
        title: 'Share of the false positives it drops',
        lines: [
          line(points, 'diag/drop_recall', { label: 'T-CE’s recall', colour: ORANGE }),
          line(points, 'diag/drop_share', { label: 'dropping as many at random', ...random }),
        ],
      },
    ],
  });
}

function line(points: readonly Point[], metric: Diagnostic, look: Omit<Line, 'points'>): Line {
  const own = points.filter((point) => point.metric === metric);
  return { ...look, points: own.map(({ step, value }) => ({ x: step, y: value })) };
}

/** By arm and series: [step, value to six digits]. */
function compact(curves: Curves) {
  const bySeries = (points: readonly Point[]) => {
    const series: Record<string, [number, number][]> = {};
    for (const { metric, step, value } of points) {
      series[metric] = [...(series[metric] ?? []), [step, Number(value.toPrecision(6))]];
    }
    return series;
  };
  return { CE: bySeries(curves.CE), 'T-CE': bySeries(curves['T-CE']) };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`curves: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
