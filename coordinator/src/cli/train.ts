/** `adt train`: one training on this machine, without any server. */
import { availableParallelism } from 'node:os';
import { LOSSES, MODELS, TRAINING_DEFAULTS, type TrainingConfig } from '@adt/proto/trainingConfig';
import { ENGINE_NAMES, type EngineInfo, type EngineName } from '@adt/worker/engines/engine';
import { openEngine } from '@adt/worker/engines/registry';
import { type Point, type TrainResult, train } from '@adt/worker/training/train';
import { type Command, Option } from 'commander';
import { type Context, openContext } from './context.js';
import { Interrupted } from './failure.js';
import { openDataset } from './openDataset.js';
import { integerListOption, integerOption, numberOption } from './options.js';
import { formatCount, formatSeconds, paint, print, printJson, printNote, renderTable } from './output.js';
import { startProgress } from './progress.js';
import { type CurvePoint, checkCheckpointFile, checkpointOf } from './trainCheckpoint.js';
import { type TrainFlags, trainingConfigOf } from './trainConfig.js';
import { CHECKPOINT_EVERY_S } from './tunables.js';

const MAX_SEED = 0xffff_ffff;
const MAX_THREADS = 1024;
const MAX_CHECKPOINT_SECONDS = 7 * 24 * 3600;

export function registerTrainCommand(program: Command): void {
  program
    .command('train')
    .description("train once on this machine and print the chosen model's metrics")
    .requiredOption('--dataset <name>', 'data set of the local store; synthetic is built in')
    .option('--model <model>', MODELS.join(' | '), TRAINING_DEFAULTS.model)
    .option('--loss <loss>', LOSSES.join(' | '), TRAINING_DEFAULTS.loss)
    .option('--eps-max <x>', 'T-CE: largest drop rate, in [0, 1)', numberOption('--eps-max'))
    .option('--eps-n <n>', 'T-CE: iteration at which it is reached', numberOption('--eps-n'))
    .option('--beta <x>', 'R-CE: exponent of the weight', numberOption('--beta'))
    .option(
      '--nr-fp-weight <x>',
      'NR: weight of known false positives as negatives',
      numberOption('--nr-fp-weight'),
    )
    .option(
      '--nr-negative-weight <x>',
      'NR: weight of sampled negatives',
      numberOption('--nr-negative-weight'),
    )
    .option(
      '--nmtr-click-weight <x>',
      "NMTR: the click task's share of the loss, in [0, 1]",
      numberOption('--nmtr-click-weight'),
    )
    .option('--lr <x>', 'learning rate of Adam', numberOption('--lr'), TRAINING_DEFAULTS.lr)
    .option(
      '--factors <n>',
      'GMF, NeuMF: columns of an embedding',
      numberOption('--factors'),
      TRAINING_DEFAULTS.factors,
    )
    .option(
      '--mlp-layers <n>',
      `NeuMF: layers of the tower, 1 to 5 (default: ${TRAINING_DEFAULTS.mlp_layers})`,
      numberOption('--mlp-layers'),
    )
    .option(
      '--dropout <x>',
      `NeuMF: share of what each layer of the tower reads that is dropped, in [0, 1) (default: ${TRAINING_DEFAULTS.dropout})`,
      numberOption('--dropout'),
    )
    .option(
      '--hidden <n>',
      `CDAE: columns of the hidden layer (default: ${TRAINING_DEFAULTS.hidden})`,
      numberOption('--hidden'),
    )
    .option(
      '--corruption <x>',
      `CDAE: share of a history that is left out, in [0, 1) (default: ${TRAINING_DEFAULTS.corruption})`,
      numberOption('--corruption'),
    )
    .option('--batch-size <n>', 'samples a batch', numberOption('--batch-size'), TRAINING_DEFAULTS.batch_size)
    .option(
      '--negatives <n>',
      'negatives a positive',
      numberOption('--negatives'),
      TRAINING_DEFAULTS.negatives,
    )
    .option(
      '--epochs <n>',
      'passes over the training part',
      numberOption('--epochs'),
      TRAINING_DEFAULTS.epochs,
    )
    .option(
      '--eval-every <n>',
      'iterations between validations',
      numberOption('--eval-every'),
      TRAINING_DEFAULTS.eval_every,
    )
    .option(
      '--valid-users <n>',
      'users that each validation ranks; the final numbers are of all (default: all)',
      numberOption('--valid-users'),
    )
    .option(
      '--topk <list>',
      'K of Recall@K and NDCG@K (default: 3,20 on adressa, else 50,100)',
      integerListOption('--topk'),
    )
    .option(
      '--select <metric>',
      'what picks the model: valid/recall@K, valid/ndcg@K or valid-loss (default: valid/recall@ the smallest K)',
    )
    .option(
      '--seed <n>',
      'the same seed gives the same bits',
      integerOption('--seed', 0, MAX_SEED),
      TRAINING_DEFAULTS.seed,
    )
    .option(
      '--threads <n>',
      'CPU threads; they change no result',
      integerOption('--threads', 1, MAX_THREADS),
      availableParallelism(),
    )
    .addOption(
      new Option('--engine <name>', 'what computes (default: the best that loads; see adt engines)').choices(
        ENGINE_NAMES,
      ),
    )
    .option('--checkpoint <file>', 'save the training there as it goes, and go on from there if it exists')
    .option(
      '--checkpoint-every <seconds>',
      'save at a validation when the last save is so long ago',
      integerOption('--checkpoint-every', 0, MAX_CHECKPOINT_SECONDS),
      CHECKPOINT_EVERY_S,
    )
    .addHelpText('after', HELP)
    .action((flags: Flags, command: Command) => runTrain(openContext(command), flags));
}

const HELP = `
Examples:
  adt train --dataset synthetic --loss T-CE --eps-max 0.1 --eps-n 1000
  adt train --dataset synthetic --model NeuMF --mlp-layers 2 --dropout 0.1
  adt train --dataset adressa --loss CE --epochs 10 --select valid-loss --topk 3,20 --seed 1 --json
  adt train --dataset synthetic --epochs 100 --checkpoint long.ckpt   (Ctrl-C; the same again goes on)`;

type Flags = TrainFlags & { engine?: EngineName; checkpoint?: string; checkpointEvery: number };

async function runTrain(
  context: Context,
  { engine: engineName, checkpoint: file, checkpointEvery, ...flags }: Flags,
): Promise<void> {
  // Flags are checked before a data set is read or generated; its hash is known only then.
  trainingConfigOf(flags, { name: flags.dataset, sha256: '0'.repeat(64) });
  if (file !== undefined) await checkCheckpointFile(file);
  const { name, bundle } = await openDataset(context, flags.dataset);
  const config = trainingConfigOf(flags, { name, sha256: bundle.sha256 });
  const engine = await openEngine({ name: engineName, note: printNote });
  const curve: CurvePoint[] = [];
  const progress = startProgress(`${config.model} ${config.loss} on ${name}`);
  const checkpoint = file === undefined ? undefined : checkpointOf(file, checkpointEvery, curve);
  let result: TrainResult;
  try {
    result = await train({
      bundle,
      config,
      engine,
      threads: flags.threads,
      signal: context.signal,
      checkpoint: checkpoint?.params,
      report(points, { step, totalSteps }) {
        curve.push(curvePoint(step, points));
        progress.update(step / totalSteps, progressDetail(points, step, config.select));
      },
    });
  } catch (error) {
    progress.clear();
    if (error instanceof Interrupted) checkpoint?.noteHowToGoOn();
    throw error;
  } finally {
    progress.clear();
  }
  const run = {
    config,
    engine: engine.info,
    threads: flags.threads,
    ...result,
    samplesPerSecond: Math.round(result.facts.samples_per_second ?? 0),
  };
  if (context.json) printJson({ ...run, curve });
  else print(describeRun(run));
}

function curvePoint(step: number, points: readonly Point[]): CurvePoint {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return { step, values: Object.fromEntries(points.map(({ metric, value }) => [metric, finite(value)])) };
}

function progressDetail(points: readonly Point[], step: number, select: string): string {
  const of = (metric: string) => points.find((point) => point.metric === metric)?.value;
  const shown = ['train/loss', select].map((metric) => `${metric} ${of(metric)?.toPrecision(4) ?? '–'}`);
  return [`iteration ${formatCount(step)}`, ...shown].join('  ');
}

type Run = TrainResult & {
  config: TrainingConfig;
  engine: EngineInfo;
  threads: number;
  samplesPerSecond: number;
};

function describeRun(run: Run): string {
  const { config, engine, bestStep, bestValue, seconds } = run;
  const phases = Object.entries(seconds).map(([phase, time]) => `${phase} ${formatSeconds(time)}`);
  return [
    `${paint('green', '✓')} ${paint('bold', `${config.model} ${config.loss}`)} on ${config.dataset}, seed ${config.seed}`,
    '',
    metricsTable(run),
    '',
    groupsTable(run),
    '',
    `chosen     iteration ${formatCount(bestStep)}, by ${config.select} = ${bestValue.toPrecision(5)}`,
    `seconds    ${phases.join(', ')}`,
    `speed      ${formatCount(run.samplesPerSecond)} samples/s on ${engine.name} ${engine.version}, ${engine.device}`,
    `parameters SHA-256 ${run.parametersSha256}`,
  ].join('\n');
}

function metricsTable({ valid, test }: Run): string {
  const measures = [
    ...new Set([...Object.keys(valid), ...Object.keys(test)].map((name) => name.replace(/^\w+\//, ''))),
  ].filter((measure) => !measure.includes('/g'));
  const cell = (values: Record<string, number>, name: string) => values[name]?.toFixed(4) ?? '–';
  return renderTable(
    [{ title: 'metric' }, { title: 'valid', align: 'right' }, { title: 'test', align: 'right' }],
    measures.map((measure) => [measure, cell(valid, `valid/${measure}`), cell(test, `test/${measure}`)]),
  );
}

/** The test metrics of users from least to most active, a quarter of the training interactions each. */
function groupsTable({ test }: Run): string {
  const groups = ['g1', 'g2', 'g3', 'g4'];
  const measures = Object.keys(test).filter((name) => !name.includes('/g'));
  return renderTable(
    [{ title: 'test, by activity' }, ...groups.map((title) => ({ title, align: 'right' as const }))],
    measures.map((measure) => [
      measure.replace(/^test\//, ''),
      ...groups.map((group) => test[`${measure}/${group}`]?.toFixed(4) ?? '–'),
    ]),
  );
}
