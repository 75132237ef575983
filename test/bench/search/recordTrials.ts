/** `npm run record-trials -- --table NAME`: trains a lattice of real configurations, keeps their curves. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { Assignment } from '@adt/coordinator/search/grid';
import { TRAINING_DEFAULTS } from '@adt/proto/trainingConfig';
import type { Bundle } from '@adt/worker/data/bundle';
import type { Engine } from '@adt/worker/engines/engine';
import { openEngine } from '@adt/worker/engines/registry';
import { train } from '@adt/worker/training/train';
import { describeMachine } from '../machine.js';
import { openStoredDataset } from '../storedDataset.js';
import {
  configFields,
  configurationsOf,
  isTableName,
  PLANS,
  RECORDED_LOSSES,
  type RecordedLoss,
  type TableName,
} from './lattice.js';
import {
  nameOf,
  type RecordedFile,
  type RecordedSettings,
  type RecordedTrial,
  readRecordedFile,
  recordedPath,
} from './recordedTable.js';

const METRIC = 'valid/recall@50';

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      table: { type: 'string', default: 'samplers' },
      'data-dir': { type: 'string' },
    },
  });
  const { table } = values;
  if (!isTableName(table)) throw new RangeError(`--table: one of ${Object.keys(PLANS).join(', ')}`);
  const { dataset, epochs, evalEvery, validUsers } = PLANS[table];
  const bundle = await openStoredDataset(dataset, values['data-dir']);
  const settings: RecordedSettings = {
    dataset,
    datasetSha256: bundle.sha256,
    model: 'GMF',
    factors: TRAINING_DEFAULTS.factors,
    ...{ epochs, evalEvery, validUsers },
    metric: METRIC,
    seed: TRAINING_DEFAULTS.seed,
  };
  await record({
    path: recordedPath({ table }),
    ...{ table, settings, bundle },
    engine: await openEngine(),
    command: `npm run record-trials -- --table ${table}`,
  });
}

/** One training after another on one thread; the file is whole after each, and a later call goes on from there. */
async function record(params: {
  path: string;
  table: TableName;
  settings: RecordedSettings;
  bundle: Bundle;
  engine: Engine;
  command: string;
}): Promise<void> {
  const { path, table, settings, command } = params;
  const known = readRecordedFile(path);
  const goesOn = known !== null && isDeepStrictEqual(known.settings, settings);
  const trials: RecordedTrial[] = goesOn ? [...known.trials] : [];
  let steps = goesOn ? known.steps : [];
  const done = new Set(trials.map(({ loss, assignment }) => nameOf(loss, assignment)));
  const wanted = trainingsOf(table);
  const machine = describeMachine();
  for (const { loss, assignment } of wanted) {
    if (done.has(nameOf(loss, assignment))) continue;
    const recorded = await runOnce({ ...params, loss, assignment });
    steps = recorded.steps;
    trials.push(recorded.trial);
    write(path, { command, machine, settings, steps, trials });
    process.stderr.write(
      `record-trials: ${trials.length} of ${wanted.length}, ${nameOf(loss, assignment)}\n`,
    );
  }
}

/** The strata side by side: a table that is half recorded has the first half of each. */
function trainingsOf(table: TableName): { loss: RecordedLoss; assignment: Assignment }[] {
  return RECORDED_LOSSES.flatMap((loss) => {
    const configurations = configurationsOf(loss, table);
    return configurations.map((assignment, place) => ({
      ...{ loss, assignment },
      turn: place / configurations.length,
    }));
  }).sort((a, b) => a.turn - b.turn);
}

async function runOnce(params: {
  settings: RecordedSettings;
  bundle: Bundle;
  engine: Engine;
  loss: RecordedLoss;
  assignment: Assignment;
}): Promise<{ steps: number[]; trial: RecordedTrial }> {
  const { settings, bundle, engine, loss, assignment } = params;
  const { metric, ...fixed } = settings;
  const { lr, negatives, batch_size: batchSize } = TRAINING_DEFAULTS;
  const steps: number[] = [];
  const curve: number[] = [];
  await train({
    bundle,
    config: {
      ...{ ...fixed, loss, lr, negatives, batchSize, topk: [50], select: metric },
      ...configFields(assignment),
    },
    engine,
    threads: 1,
    signal: new AbortController().signal,
    report(points, { step }) {
      const point = points.find((known) => known.metric === metric);
      if (point === undefined) throw new Error(`a validation without ${metric}`);
      steps.push(step);
      curve.push(Number(point.value.toFixed(5)));
    },
  });
  return { steps, trial: { loss, assignment, curve } };
}

/** A line a training: compact, and a change shows as one. */
function write(path: string, { trials, ...head }: RecordedFile): void {
  const opening = JSON.stringify(head).slice(0, -1);
  const lines = trials.map((trial) => JSON.stringify(trial)).join(',\n');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, `${opening},"trials":[\n${lines}\n]}\n`);
  renameSync(`${path}.part`, path);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`record-trials: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
