/** Bench of full ranking: all test users of amazon-book's sizes, against batched matmul and topk in PyTorch. */
import { performance } from 'node:perf_hooks';
import { openEngine } from '@adt/worker/engines/registry';
import { benchBundle } from './benchData.js';
import { median } from './median.js';
import { findPyTorch, runRankingPeer } from './peers.js';
import { benchConfig } from './trainBench.js';

export type RankingBench = {
  users: number;
  items: number;
  threads: number;
  /** All test users, median of the repeats. */
  oursSeconds: number;
  oursUsersPerSecond: number;
  peerUsersPerSecond: number | null;
  overPeer: number | null;
};

const REPEATS = 3;
// The peer's rate does not depend on how many it ranks; all of them would take minutes.
const PEER_USERS = 8192;
const TOPK = [50, 100];

export async function benchRanking(threads: number, log: (line: string) => void): Promise<RankingBench> {
  const engine = await openEngine();
  const bundle = benchBundle('amazon-book-like');
  const { users, items, parts } = bundle.header;
  const trainer = engine.open({ bundle, config: benchConfig(bundle, 'GMF'), threads });
  const ours: number[] = [];
  const theirs: number[] = [];
  let ranked = 0;
  const peer = findPyTorch();
  if ('absent' in peer) log(`peer: skipped, ${peer.absent}`);
  const seen = Math.round((parts.train.interactions + parts.valid.interactions) / users);
  try {
    await trainer.run(1000);
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      log(`ranking, ${repeat + 1} of ${REPEATS}`);
      const started = performance.now();
      ranked = (await trainer.rank('test', TOPK)).users;
      ours.push((performance.now() - started) / 1000);
      if (!('absent' in peer)) {
        const args = [users, items, 32, TOPK[1], seen, PEER_USERS, threads].map(String);
        theirs.push(runRankingPeer(peer, args).usersPerSecond);
      }
    }
  } finally {
    trainer.close();
  }
  const oursSeconds = median(ours);
  const peerUsersPerSecond = theirs.length === 0 ? null : median(theirs);
  const oursUsersPerSecond = ranked / oursSeconds;
  const overPeer = peerUsersPerSecond && oursUsersPerSecond / peerUsersPerSecond;
  return { users: ranked, items, threads, oursSeconds, oursUsersPerSecond, peerUsersPerSecond, overPeer };
}
