/** Bench of memory: real trainings in the worker's own child process, their peak against the parameters' size. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Model } from '@adt/proto/trainingConfig';
import { runTrainer } from '@adt/worker/agent/trainerProcess';
import type { Bundle, Csr } from '@adt/worker/data/bundle';
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { encodeBundle } from '@adt/worker/data/encodeBundle';
import { bundlePath, openStore, putBundle, resolveDataset } from '@adt/worker/data/store';
import { synthesise } from '@adt/worker/data/synthesise';
import { PRESETS } from '@adt/worker/data/synthPresets';
import { architectureOf, parameterSpecs, sizeOf } from '@adt/worker/engines/parameters';
import { ROOT } from './peers.js';
import { benchConfig } from './trainBench.js';

export type MemoryBench = {
  data: string;
  model: string;
  threads: number;
  /** float32, moments not counted. */
  parametersMB: number;
  bundleMB: number;
  /** 3 x parameters + bundle + 64 MB. */
  goalMB: number;
  /** Largest resident size of the training's process, Node included. */
  peakMB: number;
  peakOverGoal: number;
};

const MB = 1e6;
const OVERHEAD_MB = 64;
const ADRESSA = process.env.ADT_ADRESSA_DIR ?? join(ROOT, '../shared/data/adressa');
const ADRESSA_SIZES = ['--users', '212231', '--items', '6596'];
const MODELS: Model[] = ['GMF', 'NeuMF', 'CDAE'];
/** Validations enough that the best is kept more than once. */
const VALIDATIONS = 3;
/** NeuMF ranks 64 users against 98,663 items a second; more of them need no more memory. */
const RANKED_BY_NEUMF = 1_000;

/** Adressa is left out where it is not on this machine. */
export async function benchMemory(threads: number, log: (line: string) => void): Promise<MemoryBench[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'adt-bench-memory-'));
  const results: MemoryBench[] = [];
  try {
    for (const [name, make] of Object.entries(DATA)) {
      const whole = await make(dataDir);
      if (whole === null) {
        log(`${name}: skipped, not here (set ADT_ADRESSA_DIR)`);
        continue;
      }
      for (const model of MODELS) {
        log(`${model} on ${name}`);
        const file = model === 'NeuMF' ? withFewRanked(whole) : whole;
        results.push(await measure({ dataDir, name, file, model, threads }));
      }
    }
    return results;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const DATA: Record<string, (dataDir: string) => Promise<Uint8Array | null>> = {
  adressa: async (dataDir) => {
    if (!existsSync(ADRESSA)) return null;
    const adt = [join(ROOT, 'coordinator/bin/adt.mjs'), '--data-dir', dataDir];
    execFileSync(process.execPath, [
      ...adt,
      'dataset',
      'import',
      ADRESSA,
      '--name',
      'adressa',
      ...ADRESSA_SIZES,
    ]);
    return readFile((await resolveDataset(await openStore(dataDir), 'adressa')).path);
  },
  'amazon-book-like': async () => synthesise('amazon-book-like', PRESETS['amazon-book-like'], 1),
};

type Case = { dataDir: string; name: string; file: Uint8Array; model: Model; threads: number };

async function measure({ dataDir, name, file, model, threads }: Case): Promise<MemoryBench> {
  const store = await openStore(dataDir);
  const { sha256 } = await putBundle(store, file, { name, replace: true });
  const bundle = decodeBundle(file);
  const config = configOf(bundle, model);
  const never = new AbortController().signal;
  const end = await runTrainer({
    task: { config, bundlePath: bundlePath(store, sha256), threads, checkpoints: null },
    stop: never,
    kill: never,
    onPoints() {},
  });
  if (end.last?.kind !== 'result') throw new Error(`${model} on ${name} failed: ${end.stderrTail}`);
  const specs = parameterSpecs(architectureOf(config), bundle.header);
  const parametersMB = (4 * specs.reduce((sum, spec) => sum + sizeOf(spec), 0)) / MB;
  const bundleMB = file.byteLength / MB;
  const goalMB = 3 * parametersMB + bundleMB + OVERHEAD_MB;
  const peakMB = (end.last.result.facts.peak_memory_bytes as number) / MB;
  return {
    data: name,
    model,
    threads,
    parametersMB,
    bundleMB,
    goalMB,
    peakMB,
    peakOverGoal: peakMB / goalMB,
  };
}

/** One epoch: what a training holds does not grow after its first validation. */
function configOf(bundle: Bundle, model: Model) {
  const config = { ...benchConfig(bundle, model), epochs: 1 };
  const steps = Math.ceil((2 * bundle.train.items.length) / config.batchSize);
  return { ...config, evalEvery: Math.ceil(steps / VALIDATIONS), validUsers: RANKED_BY_NEUMF };
}

/** The same data set, of whose users only the first ones have something to be ranked by. */
function withFewRanked(file: Uint8Array): Uint8Array {
  const { header, train, valid, test } = decodeBundle(file);
  const { name, users, items, fpRule, source } = header;
  const ids = { users: null, items: null };
  const few = (part: Csr) => firstUsers(part, RANKED_BY_NEUMF);
  return encodeBundle({ name, users, items, fpRule, source, ids, train, valid: few(valid), test: few(test) });
}

function firstUsers({ rowStarts, items, truePositive }: Csr, users: number): Csr {
  const pairs = rowStarts[users] as number;
  return {
    rowStarts: rowStarts.map((start) => Math.min(start, pairs)),
    items: items.slice(0, pairs),
    truePositive: truePositive?.slice(0, pairs) ?? null,
  };
}
