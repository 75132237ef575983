/** The portable engine: every model on TensorFlow.js, behind the interface that every engine has. */
import { checkTraining } from '../checkTraining.js';
import { denoisingOf } from '../denoising.js';
import type { Engine, EngineInfo, OpenParams } from '../engine.js';
import { type Architecture, architectureOf } from '../parameters.js';
import type { LoadedBackend } from './backendNames.js';
import { replay } from './replay.js';
import { TfjsTrainer } from './trainer.js';

/** @param backend what `loadBackend` loaded */
export function tfjsEngine(backend: LoadedBackend): Engine {
  const info: EngineInfo = { name: 'tfjs', version: backend.version, device: backend.device };
  // Backends add in an order of their own.
  const arithmetic = `tfjs ${backend.version} ${backend.name}`;
  return { info, arithmetic, open: (params) => openTrainer(params, architectureOf(params.config)), replay };
}

/** `threads` means nothing here: the backend decides. */
export function openTrainer(
  { bundle, config, initial }: OpenParams,
  architecture: Architecture,
): TfjsTrainer {
  return new TfjsTrainer({
    bundle,
    initial,
    architecture,
    denoising: denoisingOf(config.loss, config),
    lr: config.lr,
    seed: config.seed,
    negatives: config.negatives,
    batchSize: config.batchSize,
    ...checkTraining(bundle, config),
  });
}
