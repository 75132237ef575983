/** A training that was broken off and gone on with is the undisturbed one: curve, choice, metrics, parameters. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, test } from 'vitest';
import type { Engine, Trainer } from '../engines/engine.js';
import { randomBundle, testConfig, testRandom, withFlags } from '../engines/randomBundle.js';
import { testEngines } from '../engines/testEngines.js';
import type { CheckpointParams } from './checkpoint.js';
import { CheckpointError } from './checkpointFile.js';
import { temporaryDirectory } from './temporaryDirectory.js';
import { type Point, type TrainResult, train } from './train.js';

const TRAININGS: Partial<TrainingConfig>[] = [
  { loss: 'T-CE', epsMax: 0.3, epsN: 20 },
  { loss: 'R-CE', beta: 0.25, select: 'valid/loss' },
  { model: 'NeuMF', factors: 5, mlpLayers: 2, dropout: 0.2, validUsers: 20 },
  { model: 'CDAE', factors: 32, hidden: 21, corruption: 0.3, epochs: 3 },
  // So large a batch that an interval takes several calls of the engine.
  { loss: 'T-CE', epsMax: 0.2, epsN: 5, batchSize: 65_536, epochs: 23, evalEvery: 9 },
];

const seed = Date.now() >>> 0;
console.log(`checkpoint: seed ${seed}`);
const STOPPED = new Error('stopped');

type Outcome = { points: Point[]; result: TrainResult };
type How = { checkpoint?: CheckpointParams; threads?: number; abortAtCall?: number; engine: Engine };

const bundle = withFlags(randomBundle(), 0.3);

/** @param abortAtCall the signal aborts during that call of the engine, from 1 */
async function run(config: TrainingConfig, how: How, points: Point[] = []): Promise<Outcome> {
  const abort = new AbortController();
  let calls = 0;
  const counted = (trainer: Trainer): Trainer => {
    const count = () => {
      calls += 1;
      if (calls === how.abortAtCall) abort.abort(STOPPED);
    };
    return new Proxy(trainer, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (['run', 'validationLoss', 'rank'].includes(String(name))) count();
          return value.apply(target, args);
        };
      },
    });
  };
  const { engine, checkpoint, threads = 1 } = how;
  const result = await train({
    bundle,
    config,
    engine: { ...engine, open: (params) => counted(engine.open(params)) },
    threads,
    signal: abort.signal,
    checkpoint,
    report: (reported) => void points.push(...reported),
  });
  return { result, points };
}

/** What does not depend on the clock. */
function timeless({ points, result }: Outcome) {
  const { seconds: _, facts: __, ...rest } = result;
  return { points, rest, epsilon: result.facts.epsilon };
}

describe.each(await testEngines('checkpoint'))('$name', ({ engine, isRepeatable, hasThreads }) => {
  const checkpointAt = async (more: Partial<CheckpointParams> = {}): Promise<CheckpointParams> => ({
    path: join(await temporaryDirectory('checkpoint'), 'training.ckpt'),
    everySeconds: 3600,
    ...more,
  });

  if (isRepeatable)
    test.each(TRAININGS)('broken off again and again, in whatever call: %o', async (training) => {
      const config = testConfig(training);
      const undisturbed = timeless(await run(config, { engine }));
      const random = testRandom(seed);
      const checkpoint = await checkpointAt();
      const points: Point[] = [];
      const stops: number[] = [];
      for (;;) {
        const abortAtCall = 1 + Math.floor(random() * 12);
        stops.push(abortAtCall);
        const threads = hasThreads ? 1 + (stops.length % 3) : 1;
        const outcome = await run(config, { engine, checkpoint, threads, abortAtCall }, points).catch(
          (reason: unknown) => reason,
        );
        if (outcome !== STOPPED) {
          expect(outcome, String(outcome)).not.toBeInstanceOf(Error);
          expect(timeless(outcome as Outcome), `seed ${seed}, stops ${stops}`).toEqual(undisturbed);
          return;
        }
      }
    });

  test('from a save at a validation, only what followed it is reported again', async () => {
    const config = testConfig({ epochs: 6 });
    const saves: number[] = [];
    const checkpoint = await checkpointAt({ everySeconds: 0, onSave: ({ step }) => saves.push(step) });
    const all = await run(config, { engine, checkpoint });
    const steps = [...new Set(all.points.map(({ step }) => step))];
    expect(saves).toEqual(steps);

    const again: Point[] = [];
    let from = 0;
    const { result } = await run(
      config,
      { engine, checkpoint: { ...checkpoint, onResume: ({ step }) => (from = step) } },
      again,
    );
    expect(from).toBe(steps.at(-1));
    expect(again).toEqual([]);
    expect(result).toMatchObject({
      bestStep: all.result.bestStep,
      parametersSha256: all.result.parametersSha256,
    });
  });

  test('the interval keeps saves apart, and the last validation saves whatever it is', async () => {
    const saves: number[] = [];
    const checkpoint = await checkpointAt({
      onSave: ({ step, totalSteps }) => saves.push(step - totalSteps),
    });
    await run(testConfig(), { engine, checkpoint });
    expect(saves).toEqual([0]);
  });

  test('what the caller wants to have back comes back', async () => {
    let given: unknown;
    const companion = {
      save: () => ({ notes: [1, null] }),
      restore(saved: unknown) {
        given = saved;
      },
    };
    const checkpoint = await checkpointAt({ companion });
    await run(testConfig(), { engine, checkpoint });
    await run(testConfig(), { engine, checkpoint });
    expect(given).toEqual({ notes: [1, null] });
  });

  test('another training is refused by what differs, and its file stays as it is', async () => {
    const checkpoint = await checkpointAt();
    await run(testConfig(), { engine, checkpoint });
    const before = await readFile(checkpoint.path);
    const refusalOf = async (config: Partial<TrainingConfig>, by = engine) => {
      const error = await run(testConfig(config), { engine: by, checkpoint }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(CheckpointError);
      return (error as Error).message.replace(`${checkpoint.path}: `, '');
    };
    expect(await refusalOf({ lr: 0.02, seed: 2 })).toBe(
      'the checkpoint is of another training: lr 0.01, not 0.02; seed 1, not 2',
    );
    expect(await refusalOf({ loss: 'R-CE', beta: 0.1 })).toBe(
      'the checkpoint is of another training: beta none, not 0.1; loss "CE", not "R-CE"',
    );
    expect(await refusalOf({ datasetSha256: 'f'.repeat(64) })).toBe(
      'the checkpoint is of a training on data set 000000000000…, this one is on ffffffffffff…',
    );
    expect(await refusalOf({}, { ...engine, arithmetic: 'abacus 1' })).toBe(
      `the checkpoint is of engine ${engine.arithmetic}, this training is on abacus 1`,
    );
    expect((await readFile(checkpoint.path)).equals(before)).toBe(true);
    // The same data under another name is the same training.
    await run(testConfig({ dataset: 'renamed' }), { engine, checkpoint });
  });

  test('a damaged one is refused, and its file stays as it is', async () => {
    const checkpoint = await checkpointAt();
    await run(testConfig(), { engine, checkpoint });
    const damaged = await readFile(checkpoint.path);
    damaged[damaged.length - 100] = (damaged[damaged.length - 100] as number) ^ 1;
    await writeFile(checkpoint.path, damaged);
    await expect(run(testConfig(), { engine, checkpoint })).rejects.toThrow(/damaged in block best/);
    expect((await readFile(checkpoint.path)).equals(damaged)).toBe(true);
  });
});
