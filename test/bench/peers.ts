/** PyTorch beside us: finds a Python that has it, and runs the yardstick scripts. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout; this file runs from test/dist/bench. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const RANKING_SCRIPT = join(ROOT, 'test/bench/rankingPeer.py');
const TRAINING_SCRIPT = process.env.ADT_PEER_SCRIPT ?? join(ROOT, '../shared/peers/pytorch_adt.py');

/** A peer that can't run here, and what would change that. */
export type Absent = { absent: string };
export type Peer = { python: string; version: string };

/** @returns a Python with torch and numpy, ADT_PYTHON first */
export function findPyTorch(): Peer | Absent {
  const candidates = [process.env.ADT_PYTHON, 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  );
  for (const python of candidates) {
    const probe = ['-c', 'import numpy, torch; print(torch.__version__)'];
    const { status, stdout } = spawnSync(python, probe, { encoding: 'utf8' });
    if (status === 0) return { python, version: stdout.trim() };
  }
  return {
    absent: 'no Python with torch and numpy (Debian: apt-get install python3-torch; or set ADT_PYTHON)',
  };
}

export type TrainingPeerResult = { msPerStepMedian: number; seconds: Record<string, number> };

/** One run of the training yardstick on a folder of train, valid and test tables. @throws Error with its stderr */
export function runTrainingPeer(peer: Peer, dataDir: string, args: readonly string[]): TrainingPeerResult {
  return runScript(peer, TRAINING_SCRIPT, [dataDir, ...args]) as TrainingPeerResult;
}

export function trainingPeer(): Peer | Absent {
  if (!existsSync(TRAINING_SCRIPT)) return { absent: `no training yardstick (set ADT_PEER_SCRIPT to it)` };
  return findPyTorch();
}

/** Users a second that batched matmul and topk rank, see rankingPeer.py. */
export function runRankingPeer(peer: Peer, args: readonly string[]): { usersPerSecond: number } {
  return runScript(peer, RANKING_SCRIPT, args) as { usersPerSecond: number };
}

function runScript(peer: Peer, script: string, args: readonly string[]): unknown {
  const output = execFileSync(peer.python, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(output);
}
