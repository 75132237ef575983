/**
 * What is run under an instrument: each model with each loss on each instruction set, from the first draw to the last
 * read, on two threads. `node cases.mjs --list` prints their names, `node cases.mjs NAME ...` runs these.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LOSSES, MODELS, whyNotTogether } from '@adt/proto/trainingConfig';
import { loadAddon, SIMD_LEVELS } from '../../dist/engines/native/addon.js';
import { nativeEngine } from '../../dist/engines/native/nativeEngine.js';
import { randomBundle, testConfig, withFlags } from '../../dist/engines/randomBundle.js';

/** Factors and hidden units are no multiple of 16, and the last batch of an epoch is short: padding is read. */
const SIZES = {
  GMF: { factors: 20 },
  NeuMF: { factors: 5, mlpLayers: 3, dropout: 0.2 },
  CDAE: { hidden: 50, corruption: 0.2 },
};
const HYPER = {
  CE: {},
  'T-CE': { epsMax: 0.2, epsN: 10 },
  'R-CE': { beta: 0.3 },
  clean: {},
  NR: { nrFpWeight: 0.7, nrNegativeWeight: 1.3 },
  NMTR: { nmtrClickWeight: 0.4 },
};
const THREADS = 2;
/** Several epochs, so that rows rest and the short last batch comes more than once. */
const STEPS = 30;
const BATCH = 190;

/** NAME as `GMF T-CE avx2`; NMTR, which is a model of its own on GMF's rows, as `GMF NMTR avx2`. */
export function caseNames() {
  return SIMD_LEVELS.flatMap((simd) =>
    MODELS.flatMap((model) =>
      LOSSES.filter((loss) => whyNotTogether(model, loss) === null).map((loss) => `${model} ${loss} ${simd}`),
    ),
  );
}

/** @returns why this machine can't run the case; null: it has run */
export async function runCase(name) {
  const [model, loss, simd] = name.split(' ');
  const native = nativeEngine({ simd });
  if (!native.ok) return native.reason;
  const bundle = withFlags(randomBundle(), 0.3);
  const config = testConfig({
    ...{ model, loss, batchSize: BATCH, epochs: 20 },
    ...SIZES[model],
    ...HYPER[loss],
  });
  const trainer = native.engine.open({ bundle, config, threads: THREADS });
  await trainer.run(STEPS / 2);
  trainer.keepBest();
  trainer.batch(trainer.totalSteps);
  await trainer.validationLoss();
  await trainer.run(STEPS / 2);
  for (const part of ['valid', 'test']) await trainer.rank(part, [3, 20, 100]);
  await trainer.rank('test', [5], Uint32Array.of(3, 4, 40));
  trainer.parametersSha256();
  trainer.restoreBest();
  await trainer.validationLoss();
  replay(native.engine, { bundle, config, trainer });
  trainer.close();
  return null;
}

/** The other way in: the same batches from the same parameters, once more. */
function replay(engine, { bundle, config, trainer }) {
  const { model, loss, factors, mlpLayers, hidden, corruption } = config;
  engine.replay({
    ...{ model, loss, factors, mlpLayers, hidden, corruption, hyper: config },
    ...{ users: bundle.header.users, items: bundle.header.items },
    adam: { lr: config.lr, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    initial: trainer.parameters(),
    batches: [1, 2, trainer.stepsPerEpoch].map((step) => trainer.batch(step)),
  });
}

async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: 'boolean', default: false } },
  });
  if (values.list) return console.log(caseNames().join('\n'));
  const loaded = loadAddon();
  if (!loaded.ok) throw new Error(loaded.reason);
  for (const name of positionals) {
    console.log(`begin ${name}`);
    const reason = await runCase(name);
    console.log(reason === null ? `passed ${name}` : `skipped ${name}: ${reason}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
