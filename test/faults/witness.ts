/** What clients were told, as their witnesses wrote it down: the truth that invariant I8 is about. */
import { existsSync, readFileSync } from 'node:fs';

export type SeenAck = { kind: 'ack'; trialId: number; epoch: number; ackedSeq: number };
export type SeenComplete = { kind: 'complete'; trialId: number; epoch: number; state: string };
export type SeenSubmit = { sweepId: number; trials: number };

/** A worker killed in the middle of a line leaves it torn: what it was about to be told, it was not. */
export function readWitness(path: string): (SeenAck | SeenComplete)[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as SeenAck | SeenComplete);
}

/** The highest acknowledged sequence of each attempt. */
export function highestAcks(seen: readonly (SeenAck | SeenComplete)[]): SeenAck[] {
  const highest = new Map<string, SeenAck>();
  for (const entry of seen) {
    if (entry.kind !== 'ack') continue;
    const key = `${entry.trialId} ${entry.epoch}`;
    if ((highest.get(key)?.ackedSeq ?? -1) < entry.ackedSeq) highest.set(key, entry);
  }
  return [...highest.values()];
}
