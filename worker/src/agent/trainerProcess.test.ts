/** A real trainer child (dist/trainer.js), from outside: how it fails, stops and dies with its agent. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FailureClass } from '@adt/proto/gen/adt/v1/common';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentAddress } from '../data/encodeBundle.js';
import { generateSynthetic } from '../data/synthetic.js';
import type { Point } from '../training/train.js';
import { failureOf, oomKills } from './failure.js';
import type { SavedTraining } from './trainerIpc.js';
import { runTrainer, type TrainerParams } from './trainerProcess.js';

const NEVER = new AbortController().signal;

let folder = '';
let bundlePath = '';
let config: TrainingConfig;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adt-trainer-'));
  const bundle = generateSynthetic();
  const sha256 = contentAddress(bundle);
  bundlePath = join(folder, `${sha256}.adtb`);
  writeFileSync(bundlePath, bundle);
  config = {
    dataset: 'synthetic',
    datasetSha256: sha256,
    model: 'GMF',
    loss: 'CE',
    lr: 0.001,
    factors: 4,
    negatives: 1,
    batchSize: 1024,
    epochs: 1,
    evalEvery: 50,
    topk: [10],
    select: 'valid/recall@10',
    seed: 1,
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(params: Partial<TrainerParams> = {}, change: Partial<TrainingConfig> = {}) {
  return runTrainer({
    task: { config: { ...config, ...change }, bundlePath, threads: 1, checkpoints: null },
    stop: NEVER,
    kill: NEVER,
    onPoints: () => {},
    ...params,
  });
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

describe('runTrainer', () => {
  it('hands over every point in order, then the result, and leaves with 0', async () => {
    const points: Point[] = [];
    let total = 0;
    const end = await run({
      onPoints: (fresh, totalSteps) => {
        points.push(...fresh);
        total = totalSteps;
      },
    });
    expect(end).toMatchObject({ exitCode: 0, signal: null, last: { kind: 'result' } });
    const steps = points.filter(({ metric }) => metric === 'valid/recall@10').map(({ step }) => step);
    expect(steps).toEqual([50, 100, 150, total].filter((step) => step <= total));
  });

  it('says what was wrong with a bundle that is not there', async () => {
    const end = await run({
      task: { config, bundlePath: join(folder, 'none'), threads: 1, checkpoints: null },
    });
    expect(end).toMatchObject({ exitCode: 1, last: { kind: 'failed', failure: 'INFRA' } });
    expect(end.stderrTail).toContain('bundle is gone');
  });

  it('stops a training that is told to, long before its end', async () => {
    const stop = new AbortController();
    const end = await run({ stop: stop.signal, onPoints: () => stop.abort() }, { epochs: 10_000 });
    expect(end).toMatchObject({ exitCode: 143, last: null });
  });

  it.each([true, false])(
    'saves what it has done when it is told to stop, if that is wanted: %s',
    async (wanted) => {
      const own = mkdtempSync(join(folder, 'saves-'));
      const checkpoints = { folder: own, current: join(own, 'current'), everySeconds: 3600 };
      const stop = new AbortController();
      let reported = 0;
      const saves: SavedTraining[] = [];
      const end = await run({
        task: { config: { ...config, epochs: 10_000 }, bundlePath, threads: 1, checkpoints },
        stop: stop.signal,
        saves: () => wanted,
        onSaved: (saved) => saves.push(saved),
        onPoints: (points) => {
          reported = points.at(-1)?.step ?? 0;
          stop.abort();
        },
      });
      expect(end).toMatchObject({ exitCode: 143, last: null });
      expect(saves.map(({ resumeStep }) => resumeStep)).toEqual(wanted ? [reported] : []);
      expect(readdirSync(own).sort()).toEqual(wanted ? ['current', 'saved-1'] : []);
    },
  );

  it('says that it refuses a checkpoint that is none, before it has trained', async () => {
    const own = mkdtempSync(join(folder, 'refused-'));
    const checkpoints = { folder: own, current: join(own, 'current'), everySeconds: 0 };
    writeFileSync(checkpoints.current, 'no checkpoint');
    const end = await run({ task: { config, bundlePath, threads: 1, checkpoints } });
    expect(end.last).toMatchObject({ kind: 'failed', checkpointRefused: true });
  });

  it.skipIf(process.platform !== 'linux')('kills one that does not stop when it is told to', async () => {
    const stop = new AbortController();
    const before = childrenOf(process.pid);
    const onPoints = () => {
      // A stopped process takes no SIGTERM, as one that hangs in a computation.
      for (const pid of childrenOf(process.pid)) if (!before.includes(pid)) process.kill(pid, 'SIGSTOP');
      stop.abort();
    };
    const end = await run({ stop: stop.signal, graceMs: () => 200, onPoints }, { epochs: 10_000 });
    expect(end).toMatchObject({ signal: 'SIGKILL', last: null });
  });

  it('stops one that has not begun', async () => {
    const stop = AbortSignal.abort();
    const end = await run({ stop }, { epochs: 10_000 });
    expect(end.last).toBeNull();
  });

  it('dies of a heap that is too small, which counts as out of memory', async () => {
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = '--max-old-space-size=4';
    try {
      const end = await run();
      expect(end.last).toBeNull();
      expect(failureOf(end, oomKills()).failureClass).toBe(FailureClass.OOM);
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
  });

  it('kills at once when it is fenced', async () => {
    const kill = new AbortController();
    const end = await run({ kill: kill.signal, onPoints: () => kill.abort() }, { epochs: 10_000 });
    expect(end).toMatchObject({ signal: 'SIGKILL', last: null });
  });
});

describe('a trainer', () => {
  it('does not outlive its agent, whatever happened to that', async () => {
    const trainer: ChildProcess = fork(fileURLToPath(new URL('../../dist/trainer.js', import.meta.url)), {
      serialization: 'advanced',
    });
    trainer.send({ config: { ...config, epochs: 10_000 }, bundlePath, threads: 1, checkpoints: null });
    await once(trainer, 'message');
    const exited = once(trainer, 'exit');
    trainer.disconnect();
    expect(await exited).toEqual([null, 'SIGKILL']);
  });
});
