/** Bench of a whole trial: Adressa, GMF, ten epochs, 82 validations, test; ours and the peer as whole processes. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { median } from './median.js';
import { ROOT, runTrainingPeer, trainingPeer } from './peers.js';

export type TrialBench = {
  threads: number;
  /** Wall time of `adt train`, from start to exit, median of the repeats. */
  oursSeconds: number;
  peerSeconds: number | null;
  overPeer: number | null;
  test: Record<string, number>;
};

const DATA = process.env.ADT_ADRESSA_DIR ?? join(ROOT, '../shared/data/adressa');
const SIZES = ['--users', '212231', '--items', '6596'];
const PROTOCOL = ['--epochs', '10', '--eval-every', '100', '--topk', '3,20'];
const REPEATS = 3;

/** @returns null where Adressa is not on this machine */
export async function benchTrial(threads: number, log: (line: string) => void): Promise<TrialBench | null> {
  if (!existsSync(DATA)) {
    log('trial: skipped, no Adressa here (set ADT_ADRESSA_DIR)');
    return null;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'adt-bench-trial-'));
  const adt = [join(ROOT, 'coordinator/bin/adt.mjs'), '--data-dir', dataDir];
  try {
    execFileSync(process.execPath, [...adt, 'dataset', 'import', DATA, '--name', 'adressa', ...SIZES]);
    const ours: number[] = [];
    let test: Record<string, number> = {};
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      log(`trial, ${repeat + 1} of ${REPEATS}`);
      const training = ['train', '--dataset', 'adressa', '--model', 'GMF', '--loss', 'CE', '--seed', '1'];
      const rest = ['--select', 'valid-loss', '--threads', String(threads), '--json'];
      const started = performance.now();
      const { stdout } = await promisify(execFile)(process.execPath, [
        ...adt,
        ...training,
        ...PROTOCOL,
        ...rest,
      ]);
      ours.push((performance.now() - started) / 1000);
      test = (JSON.parse(stdout) as { test: Record<string, number> }).test;
    }
    const oursSeconds = median(ours);
    const peerSeconds = peerTrial(threads, log);
    return { threads, oursSeconds, peerSeconds, overPeer: peerSeconds && peerSeconds / oursSeconds, test };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Minutes: it runs once. */
function peerTrial(threads: number, log: (line: string) => void): number | null {
  const peer = trainingPeer();
  if ('absent' in peer) {
    log(`peer: skipped, ${peer.absent}`);
    return null;
  }
  log('trial of the peer, some minutes');
  const started = performance.now();
  runTrainingPeer(peer, DATA, ['--model', 'GMF', ...SIZES, ...PROTOCOL, '--threads', String(threads)]);
  return (performance.now() - started) / 1000;
}
