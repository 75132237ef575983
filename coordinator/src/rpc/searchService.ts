/** SearchService: what the dashboard and the command line ask. Thin: check, call, convert. */
import { createHash } from 'node:crypto';
import {
  type GetCurvesRequest,
  type SearchServiceServer,
  SpecFormat,
  type SubmitSweepRequest,
} from '@adt/proto/gen/adt/v1/search';
import { z } from 'zod';
import { reasonOf } from '../log.js';
import { missingBundles } from '../nats/bundles.js';
import type { Submittable } from '../planning/jobs.js';
import type { CompileParams } from '../search/compile.js';
import { factsOf } from '../search/datasetFacts.js';
import type { Prior } from '../search/prior.js';
import { NEWEST_RULES } from '../search/rules.js';
import type { DatasetFacts } from '../search/strata.js';
import { type Lineage, lineageOf } from '../store/adopt.js';
import { canonicalCurves, supersededCurves } from '../store/curves.js';
import { type DatasetRow, listDatasets } from '../store/datasets.js';
import { deleteSweep } from '../store/retention.js';
import { findSubmission, type Submission, submitSweep } from '../store/submit.js';
import { sweepAttempts } from '../store/sweepAttempts.js';
import {
  cancelSweep,
  finishSweeps,
  listSweeps,
  type SweepRow,
  sweepSpec,
  sweepsById,
} from '../store/sweeps.js';
import { listAttempts, listTrials, TRIAL_ORDERS, trialsById } from '../store/trials.js';
import { listWorkers, workerPools } from '../store/workers.js';
import { LIMITS } from '../tunables.js';
import { actionHandlers } from './actions.js';
import { seedsRequest } from './addSeeds.js';
import { checkInteger, checkLength } from './check.js';
import type { Context } from './context.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { answerPlan, askPlanner, RunningForecasts } from './planning.js';
import { invalid, notFound, Refusal, status } from './refusal.js';
import { removalToWire } from './removal.js';
import { resultHandlers } from './results.js';
import { tableHandlers } from './trialTable.js';
import { unary } from './unary.js';
import { uploadDataset } from './upload.js';
import {
  curveToWire,
  datasetToWire,
  sweepAttemptToWire,
  sweepToWire,
  trialToWire,
  trialWithAttempts,
  workerToWire,
} from './wire.js';

type SpecText = { spec: string; format: 'YAML' | 'JSON' };

/** As many as a training reports with three cut-offs of recall and NDCG, losses and what denoising did. */
const ALL_METRICS = 16;

const sweepCursor = z.int().min(1);
const trialCursor = z.strictObject({
  order: z.enum(TRIAL_ORDERS),
  key: z.number().nullable(),
  number: z.int(),
});

export function searchService(context: Context): SearchServiceServer {
  const { db, log, tunables, changes, scheduler } = context;
  const forecasts = new RunningForecasts(context);

  const sweep = async (id: number): Promise<SweepRow> => {
    const [row] = await sweepsById(db, [checkInteger('sweep_id', id, 1)]);
    if (!row) throw notFound(`sweep ${id}`);
    return row;
  };

  const submitted = async (request: SubmitSweepRequest) => {
    const submission = await submit(context, request);
    if (submission.kind === 'conflict') throw keyTaken(submission.sweepId);
    if (submission.kind === 'orphaned') throw notFound(`sweep ${submission.sweepId}`);
    if (submission.kind === 'created') {
      scheduler.wakeAll();
      // All of it may have been trained before.
      await finishSweeps(db, submission.sweepId);
      changes.touch({ sweepId: submission.sweepId });
    }
    return sweepToWire(await sweep(submission.sweepId));
  };

  return {
    ...resultHandlers(context),
    ...tableHandlers(context),
    ...actionHandlers(context, forecasts),

    planSweep: unary(log, async (request) => answerPlan(context, await fileOf(context, checkSpec(request)))),

    submitSweep: unary(log, submitted),

    addSeeds: unary(log, async (request) => submitted(await seedsRequest(db, request))),

    listSweeps: unary(log, async (request) => {
      const limit = checkInteger('limit', request.limit, 0, 500) || 100;
      const beforeId = decodeCursor(request.cursor, sweepCursor);
      const rows = await listSweeps(db, { limit: limit + 1, beforeId });
      const page = rows.slice(0, limit);
      const nextCursor = rows.length > limit ? encodeCursor(page.at(-1)?.id) : '';
      return { sweeps: page.map(sweepToWire), nextCursor };
    }),

    getSweep: unary(log, async (request) => {
      const row = await sweep(request.sweepId);
      const text = await sweepSpec(db, request.sweepId);
      if (!text) throw notFound(`sweep ${request.sweepId}`);
      const forecast = await forecasts.of(row);
      return { summary: sweepToWire(row), spec: text.spec, format: SpecFormat[text.specFormat], forecast };
    }),

    cancelSweep: unary(log, async (request) => {
      const sweepId = checkInteger('sweep_id', request.sweepId, 1);
      const cancelled = await cancelSweep(db, sweepId);
      if (cancelled.kind === 'not-found') throw notFound(`sweep ${sweepId}`);
      if (cancelled.kind === 'finished') throw alreadyFinished(sweepId);
      await finishSweeps(db, sweepId);
      // Its part of the window is free.
      scheduler.wake();
      changes.touch({ sweepId, trialIds: cancelled.trialIds });
      return sweepToWire(await sweep(sweepId));
    }),

    deleteSweep: unary(log, async (request) => {
      const sweepId = checkInteger('sweep_id', request.sweepId, 1);
      const deletion = await deleteSweep(db, { sweepId, dryRun: request.dryRun });
      if (deletion.kind === 'deleted') {
        log('info', 'sweep deleted', { ...deletion.removal });
        scheduler.wakeJanitor();
        changes.touch({ sweepId });
      }
      return removalToWire(sweepId, deletion);
    }),

    listTrials: unary(log, async (request) => {
      const { id: sweepId } = await sweep(request.sweepId);
      const limit = checkInteger('limit', request.limit, 0, 1_000) || 200;
      const order = TRIAL_ORDERS.find((known) => known === (request.order || 'best'));
      if (!order) throw invalid('order', `must be one of ${TRIAL_ORDERS.join(', ')}`);
      const after = decodeCursor(request.cursor, trialCursor);
      if (after && after.order !== order) throw invalid('cursor', `is of a list ordered by ${after.order}`);
      const page = await listTrials(db, { sweepId, order, limit, after });
      const nextCursor = page.next ? encodeCursor({ order, ...page.next }) : '';
      return { trials: page.trials.map(trialToWire), nextCursor };
    }),

    getTrial: unary(log, async (request) => {
      const [row] = await trialsById(db, [checkInteger('trial_id', request.trialId, 1)]);
      if (!row) throw notFound(`trial ${request.trialId}`);
      return trialWithAttempts(row, await listAttempts(db, row.id));
    }),

    listAttempts: unary(log, async (request) => {
      const { id: sweepId } = await sweep(request.sweepId);
      const limit = checkInteger('limit', request.limit, 0, 5_000) || 2_000;
      const rows = await sweepAttempts(db, { sweepId, limit: limit + 1 });
      return { attempts: rows.slice(0, limit).map(sweepAttemptToWire), more: rows.length > limit };
    }),

    getCurves: unary(log, async (request) => {
      if (request.trialIds.length > LIMITS.curveTrials) {
        throw invalid('trial_ids', `must have at most ${LIMITS.curveTrials} entries`);
      }
      const trialIds = request.trialIds.map((id, at) => checkInteger(`trial_ids[${at}]`, id, 1));
      const metrics = request.metrics.map((name, at) => checkLength(`metrics[${at}]`, name, 64));
      const maxPoints = checkInteger('max_points', request.maxPoints, 0, LIMITS.curvePoints) || 1_000;
      const { minStep, maxStep } = checkSteps(request);
      const { curves, gaps } = await canonicalCurves(db, {
        trialIds,
        metrics,
        minStep,
        maxStep,
        maxPoints: withinReply(trialIds.length * (metrics.length || ALL_METRICS), maxPoints),
      });
      const old = request.superseded ? await supersededCurves(db, onlyTrial(trialIds), maxPoints) : [];
      return {
        curves: curves.map(curveToWire),
        gaps: gaps.map(curveToWire),
        superseded: old.map(({ epoch, ...curve }) => ({ epoch, curve: curveToWire(curve) })),
      };
    }),

    listDatasets: unary(log, async () => {
      const rows = await listDatasets(db);
      const missing = await lostBundles(context, rows);
      return { datasets: rows.map((row) => datasetToWire(row, missing.has(row.sha256))) };
    }),

    uploadDataset: uploadDataset(context),

    listWorkers: unary(log, async () => ({
      workers: (await listWorkers(db, tunables.leaseTtlMs)).map(workerToWire),
    })),
  };
}

/** Of Postgres' integers, as steps are stored. */
const MOST_STEP = 2 ** 31 - 1;

function checkSteps({ minStep, maxStep }: GetCurvesRequest): { minStep?: number; maxStep?: number } {
  if (minStep !== undefined) checkInteger('min_step', minStep, 0, MOST_STEP);
  if (maxStep !== undefined) checkInteger('max_step', maxStep, minStep ?? 0, MOST_STEP);
  return { minStep, maxStep };
}

function onlyTrial(trialIds: readonly number[]): number {
  const [trialId] = trialIds;
  if (trialId === undefined || trialIds.length > 1)
    throw invalid('superseded', `is answered for one trial (${trialIds.length} are named)`);
  return trialId;
}

/** Many curves at once are a chart of many thin lines: together they stay within what can be held in memory. */
function withinReply(curves: number, maxPoints: number): number {
  return Math.max(4, Math.min(maxPoints, Math.floor(LIMITS.curveReplyPoints / Math.max(1, curves))));
}

/** While NATS can't be asked, nothing is called missing. */
async function lostBundles({ link, log }: Context, rows: readonly DatasetRow[]): Promise<Set<string>> {
  try {
    return link.current ? await missingBundles(link.current, rows) : new Set();
  } catch (error) {
    log('warn', 'the object store does not answer', { reason: reasonOf(error) });
    return new Set();
  }
}

async function submit(context: Context, request: SubmitSweepRequest): Promise<Submission> {
  const text = checkSpec(request);
  const idempotencyKey = checkLength('idempotency_key', request.idempotencyKey, 200);
  const owner = checkLength('owner', request.owner, 200);
  const specSha256 = createHash('sha256')
    .update(`${text.format}
${text.spec}`)
    .digest('hex');
  // Before compiling: a repeat is the same sweep even when data sets have changed since.
  const earlier = await findSubmission(context.db, {
    idempotencyKey,
    specSha256,
    extended: request.extends ?? null,
  });
  if (earlier) return earlier;
  const lineage = await lineageTo(context, request.extends);
  const facts = await datasetFacts(context);
  const file = await fileOf(context, text, { facts, prior: lineage.prior });
  const compiled = await askPlanner(context.planner, 'submission', file);
  if (!compiled.ok) throw refusedSpec(compiled);
  const { spec, format: specFormat } = text;
  const used = facts.filter(({ name }) => compiled.sweep.datasets.includes(name));
  return submitSweep(context.db, {
    ...compiled.sweep,
    trials: compiled.trials,
    ...lineage,
    facts: used,
    rules: NEWEST_RULES,
    spec,
    specFormat,
    specSha256,
    idempotencyKey,
    owner,
  });
}

async function lineageTo({ db }: Context, extended: number | undefined): Promise<Lineage> {
  if (extended === undefined) return { ancestors: [], prior: [] };
  const lineage = await lineageOf(db, checkInteger('extends', extended, 1));
  if (lineage === null) throw notFound(`sweep ${extended}`);
  return lineage;
}

/** A sweep file and all that it is compiled with. */
async function fileOf(
  context: Context,
  { spec, format }: SpecText,
  known: { facts?: readonly DatasetFacts[]; prior?: Prior } = {},
): Promise<CompileParams> {
  const pools = await workerPools(context.db);
  const datasets = known.facts ?? (await datasetFacts(context));
  return { spec, format, datasets, pools, prior: known.prior ?? [] };
}

async function datasetFacts({ db }: Context): Promise<DatasetFacts[]> {
  const datasets = await listDatasets(db);
  return datasets.map(factsOf);
}

function checkSpec({ spec, format }: { spec: string; format: SpecFormat }): SpecText {
  const bytes = Buffer.byteLength(spec);
  if (bytes > LIMITS.specBytes) {
    const message = `spec: has ${bytes} bytes, the limit is ${LIMITS.specBytes}`;
    throw new Refusal({ status: status.RESOURCE_EXHAUSTED, reason: 'SWEEP_TOO_LARGE', message });
  }
  if (spec.includes('\0')) throw invalid('spec', 'must not contain NUL');
  switch (format) {
    case SpecFormat.YAML:
      return { spec, format: 'YAML' };
    case SpecFormat.JSON:
      return { spec, format: 'JSON' };
    case SpecFormat.UNSPECIFIED:
      throw invalid('format', 'must be given');
    default:
      return format satisfies never;
  }
}

function refusedSpec({ reason, violations }: Extract<Submittable, { ok: false }>): Refusal {
  const [first] = violations;
  const message = first ? (first.path ? `${first.path}: ${first.message}` : first.message) : reason;
  return new Refusal({ status: status.INVALID_ARGUMENT, reason, message, violations });
}

function keyTaken(sweepId: number): Refusal {
  const message = `idempotency_key: sweep ${sweepId} was submitted under it with another spec`;
  return new Refusal({ status: status.ALREADY_EXISTS, reason: 'IDEMPOTENCY_KEY_TAKEN', message });
}

function alreadyFinished(sweepId: number): Refusal {
  const message = `sweep ${sweepId} is FINISHED: there is nothing to cancel`;
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
}
