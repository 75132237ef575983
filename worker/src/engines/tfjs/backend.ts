/** Which of TensorFlow.js's backends computes: the fastest that loads, and why not the ones before it. */
import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { BACKENDS, type BackendName, type BackendResult, type SkippedBackend } from './backendNames.js';
import { registerSegmentSum } from './segmentSum.js';

let loading: Promise<BackendResult> | undefined;
let forcedTo: BackendName | undefined;

/**
 * Loads a backend into this process; it stays for good.
 * @param forced the only one to try
 * @throws Error when this process has been told another one before
 */
export function loadBackend(forced?: BackendName): Promise<BackendResult> {
  if (loading !== undefined && forced !== forcedTo) {
    throw new Error(`tfjs was loaded with backend ${forcedTo ?? 'any'} before, and now ${forced ?? 'any'}`);
  }
  forcedTo = forced;
  loading ??= loadFirst(forced === undefined ? BACKENDS : [forced]);
  return loading;
}

async function loadFirst(names: readonly BackendName[]): Promise<BackendResult> {
  // Checks for NaN and range in every operation are for debugging.
  tf.enableProdMode();
  const skipped: SkippedBackend[] = [];
  for (const name of names) {
    try {
      const device = await LOADERS[name]();
      return { ok: true, backend: { name, version: tf.version_core, device } };
    } catch (error) {
      skipped.push({ name, reason: reasonOf(error) });
    }
  }
  return { ok: false, skipped };
}

/** Each registers and selects its backend, says what it runs on, and throws where it can't. */
const LOADERS: Record<BackendName, () => Promise<string>> = {
  'node-gpu': () => loadTensorFlow('@tensorflow/tfjs-node-gpu'),
  node: () => loadTensorFlow('@tensorflow/tfjs-node'),
  wasm: async () => {
    // Evaluated for its effect: the module registers the backend and its kernels.
    await import('@tensorflow/tfjs-backend-wasm');
    registerSegmentSum('wasm');
    await select('wasm');
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return `cpu (wasm${simd ? ', simd' : ''})`;
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    registerSegmentSum('cpu');
    await select('cpu');
    return 'cpu (JavaScript)';
  },
};

/** What TensorFlow.js 4's build of TensorFlow 2 was linked against. */
const GPU_NEEDS = 'an NVIDIA driver, CUDA 11 and cuDNN 8';

async function loadTensorFlow(packageName: string): Promise<string> {
  const wantsGpu = packageName.endsWith('-gpu');
  if (!isInstalled(packageName)) {
    const beside = wantsGpu ? `, and install ${GPU_NEEDS}` : '';
    throw new Error(
      `${packageName} is not installed; run npm ci with internet, where its script gets libtensorflow${beside}`,
    );
  }
  if (!('isNullOrUndefined' in util)) {
    throw new Error(`${packageName} needs Node 20 or 22, not ${process.version}`);
  }
  // TensorFlow takes all of a GPU's memory and greets on stderr unless told otherwise before it loads.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  await import(packageName);
  await select('tensorflow');
  const usesGpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  if (usesGpu) return 'gpu (TensorFlow, CUDA)';
  if (wantsGpu) throw new Error(`it finds no GPU that it can use; install ${GPU_NEEDS}`);
  return 'cpu (TensorFlow)';
}

function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** @throws Error when the backend does not start or can't add */
async function select(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('it does not start on this machine');
  const sum = tf.tidy(() => tf.add(tf.tensor1d([1]), 1).dataSync()[0]);
  if (sum !== 2) throw new Error(`it computes 1 + 1 = ${sum}`);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] as string;
}
