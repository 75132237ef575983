/** A sweep carried through its search by the real store and the real search, with trainings that answer at once. */

import { createHash } from 'node:crypto';
import { Searches } from '@adt/coordinator/scheduler/searches';
import { compileSweep } from '@adt/coordinator/search/compile';
import { NEWEST_RULES } from '@adt/coordinator/search/rules';
import type { DatasetFacts } from '@adt/coordinator/search/strata';
import { acquireLeadership, resignLeadership } from '@adt/coordinator/store/leader';
import { ingest } from '@adt/coordinator/store/metrics';
import { searchingSweeps } from '@adt/coordinator/store/searchLog';
import { submitSweep } from '@adt/coordinator/store/submit';
import { finishSweeps, stopOpenTrials } from '@adt/coordinator/store/sweeps';
import { listTrials, type TrialRow } from '@adt/coordinator/store/trials';
import { finishAttempt } from '@adt/coordinator/trial/finish';
import { DEFAULT_TUNABLES } from '@adt/coordinator/tunables';
import type { Database } from '@adt/prisma/client';
import { claimed } from './trials.js';

/** 100 iterations an epoch. */
const facts = (name: string, sha256: string): DatasetFacts => ({
  name,
  sha256,
  users: 100,
  items: 200,
  trainInteractions: 51_200,
  hasFlags: true,
});
export const FACTS = [facts('tiny', 'a'.repeat(64)), facts('other', 'b'.repeat(64))];

/** What becomes of a training: its objective at every validation, and its test metrics; null: it fails. */
export type Training = (trial: TrialRow) => { curve: number[]; test: Record<string, number> } | null;

export type SearchParams = {
  spec: string;
  train: Training;
  /** Trials for which nobody has come yet. */
  leave?: (trial: TrialRow) => boolean;
  workerId?: string;
  facts?: readonly DatasetFacts[];
};

/** Runs until only what is left alone is open. @returns the sweep's id */
export async function searchedSweep(db: Database, params: SearchParams): Promise<number> {
  const { spec, facts = FACTS, leave = () => false } = params;
  const compiled = compileSweep({ spec, format: 'YAML', datasets: facts });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  const specSha256 = createHash('sha256').update(`YAML\n${spec}`).digest('hex');
  const used = facts.filter(({ name }) => compiled.sweep.datasets.includes(name));
  const text = { spec, specFormat: 'YAML', specSha256, facts: used, idempotencyKey: '', owner: '' } as const;
  const lineage = { ancestors: [], prior: [], rules: NEWEST_RULES };
  const { sweepId } = await submitSweep(db, { ...compiled.sweep, ...text, ...lineage });
  const leader = await acquireLeadership(db, { holder: 'test', leaderTtlMs: 600_000, leaseTtlMs: 60_000 });
  if (leader === null) throw new Error('another one leads');
  const searches = new Searches({ db, retryMs: DEFAULT_TUNABLES.searchRetryMs });
  for (;;) {
    const going = await searchingSweeps(db, DEFAULT_TUNABLES.leaseTtlMs);
    for (const sweep of going.filter((one) => one.sweepId === sweepId)) await searches.advance(sweep, leader);
    const { trials } = await listTrials(db, { sweepId, order: 'number', limit: 1_000, after: null });
    const queued = trials.filter((trial) => trial.state === 'QUEUED' && !leave(trial));
    if (queued.length === 0) break;
    for (const trial of queued) await runTraining(db, searches, params, trial);
  }
  await stopOpenTrials(db, sweepId);
  await finishSweeps(db, sweepId);
  await resignLeadership(db, leader);
  return sweepId;
}

async function runTraining(
  db: Database,
  searches: Searches,
  { train, workerId = 'worker-1' }: SearchParams,
  trial: TrialRow,
): Promise<void> {
  const lease = await claimed(db, { workerId, trialId: trial.id });
  const trained = train(trial);
  const close = (more: Pick<Parameters<typeof finishAttempt>[1], 'ending' | 'result'>, lastSeq: number) =>
    finishAttempt(db, { ...lease, ...more, lastSeq });
  if (trained === null) {
    const ending = { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE: the loss' } as const;
    await close({ ending }, 0);
    return;
  }
  const { select, evalEvery } = trial.config;
  for (const [at, value] of trained.curve.entries()) {
    const step = evalEvery * (at + 1);
    await ingest(db, {
      ...lease,
      firstSeq: at + 1,
      points: [{ step, metric: select, value }],
      totalSteps: 0,
    });
    if (
      !(await searches.observe({
        sweepId: trial.sweepId,
        trialId: trial.id,
        number: trial.number,
        epoch: lease.epoch,
        lastStep: step,
      }))
    )
      continue;
    await close({ ending: { kind: 'completed', outcome: 'PRUNED' } }, at + 1);
    return;
  }
  const best = Math.max(...trained.curve);
  const result = {
    bestStep: evalEvery * (trained.curve.indexOf(best) + 1),
    valid: { [select]: best },
    test: trained.test,
    seconds: { train: 2, validate: 1 },
    engine: 'native 1, cpu',
    parametersSha256: '',
  };
  await close({ ending: { kind: 'completed', outcome: 'SUCCEEDED' }, result }, trained.curve.length);
}
