/** Sweeps that search, and the workers that the tests of searching play: over gRPC, with an objective of their own. */

import { compileSweep } from '@adt/coordinator/search/compile';
import type { LoggedEntry } from '@adt/coordinator/search/log/entry';
import { rootHash } from '@adt/coordinator/search/log/entry';
import { type Replay, replay } from '@adt/coordinator/search/log/replay';
import { NEWEST_RULES, rulesOf } from '@adt/coordinator/search/rules';
import { listDatasets, nameDataset } from '@adt/coordinator/store/datasets';
import { readEntries, searchSource } from '@adt/coordinator/store/searchLog';
import { submitSweep } from '@adt/coordinator/store/submit';
import type { Database } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { FailureClass, TrialState } from '@adt/proto/gen/adt/v1/common';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { type CompleteRequest, type Decision, Outcome } from '@adt/proto/gen/adt/v1/trial';
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { generateSynthetic } from '@adt/worker/data/synthetic';
import { expect } from 'vitest';
import { ask, MetricStream, type TestCoordinator } from './coordinator.js';

export const METRIC = 'valid/recall@50';
export const WORKER = 'worker-0001';

/** Names a small data set, whose content no test of searching needs. */
export async function addDataset(db: Database): Promise<void> {
  const bytes = generateSynthetic();
  const { header } = decodeBundle(bytes);
  await nameDataset(db, {
    name: 'tiny',
    sha256: 'a'.repeat(64),
    bytes: bytes.byteLength,
    header,
    replace: false,
  });
}

/** Two losses, each with a learning rate to find. */
export function specOf(block: string, name = 'searched'): string {
  return `name: ${name}
parameters:
  dataset: {value: tiny}
  model: {value: GMF}
  loss: {values: [CE, R-CE]}
  beta: {min: 0, max: 1, when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 9, eval_every: 10, topk: [50]}
${block}
`;
}

export async function register(c: TestCoordinator, slots: number, workerId = WORKER): Promise<void> {
  const request = { workerId, host: 'here', pool: 'default', slots, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(c, c.trials, 'register', request);
}

export async function submit(c: TestCoordinator, spec: string): Promise<number> {
  const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: 'me' };
  return (await ask(c, c.search, 'submitSweep', request)).sweepId;
}

/** Writes a sweep as a submission does, without a coordinator. */
export async function addSearch(db: Database, spec: string): Promise<number> {
  const { name, sha256, header } = (await listDatasets(db)).find((dataset) => dataset.name === 'tiny') ?? {};
  if (!name || !sha256 || !header) throw new Error('addDataset comes first');
  const { users, items, parts } = header;
  const facts = [{ name, sha256, users, items, trainInteractions: parts.train.interactions, hasFlags: true }];
  const compiled = compileSweep({ spec, format: 'YAML', datasets: facts });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  const { sweepId } = await submitSweep(db, {
    ...compiled.sweep,
    facts,
    ancestors: [],
    prior: [],
    rules: NEWEST_RULES,
    spec,
    specFormat: 'YAML',
    specSha256: 'b'.repeat(64),
    idempotencyKey: '',
    owner: '',
  });
  return sweepId;
}

/** Best at a learning rate of 1e-3. */
export function objectiveOf({ lr, seed }: Pick<TrainingConfig, 'lr' | 'seed'>): number {
  return 0.5 - 0.1 * (Math.log10(lr) + 3) ** 2 + 0.001 * (seed % 7);
}

export type Work = { lease: { workerId: string; trialId: number; epoch: number }; config: TrainingConfig };

/** The next trial of the pool, as a worker without NATS asks for it; null: none is queued. */
export async function claim(c: TestCoordinator, workerId = WORKER): Promise<Work | null> {
  const { trial } = await ask(c, c.trials, 'claimNext', { workerId, pool: 'default' });
  if (!trial?.config) return null;
  return { lease: { workerId, trialId: trial.trialId, epoch: trial.epoch }, config: trial.config };
}

/** Waits until the search has heard of every trial that has ended, and has decided what follows. */
export async function settled(db: Database): Promise<void> {
  const unheard = `SELECT FROM sweep s WHERE searching AND (
    EXISTS (SELECT FROM trial t WHERE t.sweep_id = s.id AND NOT told AND t.state NOT IN ('QUEUED', 'RUNNING'))
    OR NOT EXISTS (SELECT FROM trial t WHERE t.sweep_id = s.id AND t.state IN ('QUEUED', 'RUNNING')))`;
  await expect
    .poll(async () => (await db.pool.query(unheard)).rowCount, { timeout: 10_000, interval: 10 })
    .toBe(0);
}

/** Reports the objective at these iterations. @returns what the last ack says */
export async function report(
  c: TestCoordinator,
  { lease }: Work,
  points: [number, number][],
): Promise<Decision> {
  const stream = new MetricStream(c);
  const { resume } = await stream.say({ hello: lease });
  const firstSeq = (resume?.ackedSeq ?? 0) + 1;
  const batch = {
    firstSeq,
    totalSteps: 0,
    points: points.map(([step, value]) => ({ step, metric: METRIC, value })),
  };
  const { ack } = await stream.say({ batch });
  await stream.end();
  if (!ack) throw new Error('a batch is answered by an ack');
  return ack.decision;
}

export async function complete(
  c: TestCoordinator,
  { lease }: Work,
  outcome: { state: 'SUCCEEDED'; value: number } | { state: 'FAILED' | 'PRUNED' | 'CANCELLED' },
): Promise<TrialState> {
  const lastSeq = await c.db.prisma.metricPoint.count({
    where: { trialId: lease.trialId, epoch: lease.epoch },
  });
  const request: CompleteRequest = {
    ...lease,
    outcome: Outcome[outcome.state],
    lastSeq,
    result:
      outcome.state === 'SUCCEEDED'
        ? {
            bestStep: 10,
            valid: [{ metric: METRIC, value: outcome.value }],
            test: [],
            seconds: [],
            facts: [],
            engine: 'native',
            parametersSha256: '',
          }
        : undefined,
    failure:
      outcome.state === 'FAILED'
        ? { failureClass: FailureClass.USER, reason: 'NON_FINITE', exitCode: undefined, stderrTail: '' }
        : undefined,
  };
  return (await ask(c, c.trials, 'complete', request)).state;
}

/** Trains what is queued, `slots` at a time, the oldest claim ending first, until nothing is left or `most` have ended. */
export async function work(
  c: TestCoordinator,
  params: { slots: number; most?: number; train?(task: Work): Promise<void> },
): Promise<void> {
  const { slots, most = Number.POSITIVE_INFINITY, train = (task) => succeed(c, task) } = params;
  const running: Work[] = [];
  for (let ended = 0; ended < most; ended++) {
    await settled(c.db);
    for (let next = await claim(c); next !== null; next = running.length < slots ? await claim(c) : null)
      running.push(next);
    const oldest = running.shift();
    if (oldest === undefined) return;
    await train(oldest);
  }
}

export async function succeed(c: TestCoordinator, task: Work): Promise<void> {
  const state = await complete(c, task, { state: 'SUCCEEDED', value: objectiveOf(task.config) });
  expect(state).toBe(TrialState.SUCCEEDED);
}

/** The log as it is stored. */
export function logOf(db: Database, sweepId: number): Promise<LoggedEntry[]> {
  return readEntries(db, sweepId, 0);
}

/** Recomputes a stored search. */
export async function replayed(db: Database, sweepId: number): Promise<Replay> {
  const source = await searchSource(db, sweepId);
  if (source === null) throw new Error(`no sweep ${sweepId}`);
  const { spec, specFormat, specSha256, facts, prior } = source;
  const rules = rulesOf(source.rules);
  const compiled = compileSweep({ spec, format: specFormat, datasets: facts, prior, rules });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return replay(compiled.sweep.plan, rootHash(specSha256, { facts, prior, rules }), await logOf(db, sweepId));
}

/** Every trial has ended, was told once where the search heard of it, and the log is what the search would do again. */
export async function expectWholeSearch(db: Database, sweepId: number): Promise<void> {
  const trials = await db.prisma.trial.findMany({ where: { sweepId }, orderBy: { number: 'asc' } });
  expect(trials.map(({ number }) => number)).toEqual(trials.map((_, at) => at + 1));
  expect(trials.filter(({ state }) => state === 'QUEUED' || state === 'RUNNING')).toEqual([]);
  // A verdict is followed by no further attempt, which would have voided what the trial reached.
  expect(trials.filter(({ state, bestValue }) => state === 'PRUNED' && bestValue === null)).toEqual([]);
  const told = (await logOf(db, sweepId)).flatMap(({ entry }) =>
    entry.kind === 'told' ? [entry.trial] : [],
  );
  expect(new Set(told).size).toBe(told.length);
  const heard = trials.filter((trial) => trial.told).map(({ number }) => number);
  expect([...told].sort((a, b) => a - b)).toEqual(heard);
  expect((await replayed(db, sweepId)).divergence).toBeNull();
}
