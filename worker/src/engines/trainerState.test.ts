/** A training goes on from another's state as that one would have, on every engine, for every model and loss. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Engine, Trainer } from './engine.js';
import { randomBundle, testConfig, testRandom, withFlags } from './randomBundle.js';
import { testEngines } from './testEngines.js';
import { StateMismatchError, type TrainerState } from './trainerState.js';

const TRAININGS: Partial<TrainingConfig>[] = [
  { loss: 'CE' },
  { loss: 'T-CE', epsMax: 0.3, epsN: 40, negatives: 2 },
  { loss: 'R-CE', beta: 0.25, factors: 20 },
  { loss: 'clean' },
  { loss: 'NR', nrFpWeight: 0.7, nrNegativeWeight: 1.3 },
  { loss: 'NMTR', nmtrClickWeight: 0.4 },
  { model: 'NeuMF', loss: 'T-CE', epsMax: 0.2, epsN: 40, factors: 5, mlpLayers: 3, dropout: 0.2 },
  { model: 'NeuMF', loss: 'CE', factors: 8, mlpLayers: 1, dropout: 0 },
  { model: 'CDAE', loss: 'R-CE', beta: 0.1, factors: 32, hidden: 21, corruption: 0.3 },
];
const EVAL_EVERY = 10;

const seed = Date.now() >>> 0;
console.log(`trainerState: seed ${seed}`);

describe.each(await testEngines('trainerState'))('$name', ({ engine, isRepeatable, hasThreads }) => {
  const bundle = withFlags(randomBundle(), 0.3);

  const open = (by: Engine, config: TrainingConfig, threads: number): Trainer => {
    const trainer = by.open({ bundle, config, threads });
    onTestFinished(() => trainer.close());
    return trainer;
  };
  const openAs = (config: TrainingConfig, threads = 1) => open(engine, config, threads);

  if (isRepeatable)
    test.each(TRAININGS)('goes on from any iteration bit for bit: %o', async (training) => {
      const config = testConfig({ ...training, epochs: 8 });
      const undisturbed = open(engine, config, 1);
      const expected = await runOut(undisturbed, config);

      const random = testRandom(seed);
      for (const threads of hasThreads ? [1, 3] : [1]) {
        const at = 1 + Math.floor(random() * (undisturbed.totalSteps - 1));
        const first = openAs(config);
        const curve = await runTo(first, at);
        const second = openAs(config, threads);
        await second.restore(copyOf(first.state()));
        expect(second.step, `seed ${seed}`).toBe(at);
        expect(await runOut(second, config, curve), `from ${at}, seed ${seed}`).toEqual(expected);
      }
    });

  test('a state of another training is refused by its first block that differs', async () => {
    const state = openAs(testConfig({ factors: 8 })).state();
    for (const other of [
      { factors: 40 },
      { model: 'CDAE' as const, factors: 32, hidden: 8, corruption: 0 },
    ]) {
      const trainer = openAs(testConfig(other));
      await expect(trainer.restore(state)).rejects.toThrow(StateMismatchError);
      await expect(trainer.restore(state)).rejects.toThrow(/^block 0 of the state is userGmf/);
    }
    await expect(openAs(testConfig()).restore({ ...state, step: 1e9 })).rejects.toThrow('step 1000000000');
  });

  test('a block that ends early is refused', async () => {
    const state = openAs(testConfig()).state();
    const cut: TrainerState = {
      ...state,
      async *read(block) {
        for await (const piece of state.read(block)) yield piece.subarray(0, piece.length - 1);
      },
    };
    await expect(openAs(testConfig()).restore(cut)).rejects.toThrow(/^block userGmf has not the \d+ bytes/);
  });

  if (engine.info.name === 'native')
    test('a row that claims to be from the future is refused, and no memory is read with it', async () => {
      const trainer = openAs(testConfig());
      await trainer.run(5);
      const state = trainer.state();
      await expect(openAs(testConfig()).restore({ ...state, step: 2 })).rejects.toThrow(
        /^row \d+ of (userGmf|itemGmf) was updated at step [345], after step 2$/,
      );
    });
});

/** What a training does from where it is to its end: its losses at each validation, its end, and its best. */
async function runOut(trainer: Trainer, { topk }: TrainingConfig, curve: number[] = []) {
  const whole = [...curve, ...(await runTo(trainer, trainer.totalSteps))];
  const last = trainer.parametersSha256();
  const ranking = await trainer.rank('valid', topk);
  trainer.restoreBest();
  return { curve: whole, last, ranking, best: trainer.parametersSha256() };
}

/** Keeps the parameters of every third validation, so that a state is saved with them and without. */
async function runTo(trainer: Trainer, end: number): Promise<number[]> {
  const losses: number[] = [];
  while (trainer.step < end) {
    const next = trainer.step + EVAL_EVERY - (trainer.step % EVAL_EVERY);
    await trainer.run(Math.min(next, end) - trainer.step);
    if (trainer.step < next) break;
    losses.push(await trainer.validationLoss());
    if ((trainer.step / EVAL_EVERY) % 3 === 0) trainer.keepBest();
  }
  return losses;
}

/** Pieces cut otherwise than they were, as a file's are. */
function copyOf(state: TrainerState): TrainerState {
  return {
    ...state,
    async *read(block) {
      for await (const piece of state.read(block)) {
        const bytes = Uint8Array.from(piece);
        for (let from = 0; from < bytes.length; from += 1001) yield bytes.subarray(from, from + 1001);
      }
    },
  };
}
