/** ReportMetrics: Hello and Resume, then batches in order, each acked after its COMMIT. */
import { once } from 'node:events';
import {
  Decision,
  type MetricDown,
  type MetricUp,
  type TrialServiceServer,
} from '@adt/proto/gen/adt/v1/trial';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { reasonOf } from '../log.js';
import { keepLease } from '../store/claims.js';
import { type Ingested, ingest, type Point, resumePoint } from '../store/metrics.js';
import { LIMITS } from '../tunables.js';
import { checkInteger, checkLease, checkPoints } from './check.js';
import type { Context } from './context.js';
import { refuseFenced } from './fence.js';
import { Gate } from './gate.js';
import { invalid, Refusal, status, statusOf } from './refusal.js';

type Call = ServerDuplexStream<MetricUp, MetricDown>;
type Lease = ReturnType<typeof checkLease>;

/**
 * One batch at a time: the next is read when the last one has committed and its ack is on its way, so a worker that
 * is faster than Postgres is held back by HTTP/2's flow control and not by our memory.
 */
export function metricStream(context: Context): TrialServiceServer['reportMetrics'] {
  const gate = new Gate(LIMITS.batchesInFlight);
  return (call) => {
    // Without this the loop below would wait for ever for a client that has gone.
    call.on('cancelled', () => call.destroy());
    serve(context, gate, call).then(
      () => call.end(),
      (error) => {
        if (!call.cancelled) call.emit('error', statusOf(error, context.log));
      },
    );
  };
}

async function serve(context: Context, gate: Gate, call: Call): Promise<void> {
  let lease: Lease | null = null;
  // The plain loop would destroy the stream on its way out, and the status could not be sent any more.
  const messages: AsyncIterable<MetricUp> = call.iterator({ destroyOnReturn: false });
  for await (const up of messages) {
    if (lease === null) {
      if (!up.hello) throw invalid('hello', 'must be the first message of the stream');
      lease = checkLease(up.hello);
      await send(call, { resume: await resume(context, lease), ack: undefined });
    } else {
      if (!up.batch) throw invalid('batch', 'must follow hello');
      await send(call, { resume: undefined, ack: await store(context, gate, lease, up.batch) });
    }
  }
}

async function resume(context: Context, lease: Lease): Promise<MetricDown['resume']> {
  const point = await resumePoint(context.db, lease);
  if (!point) return refuseFenced(context, lease);
  return { ackedSeq: point.ackedSeq, decision: decisionOf(point) };
}

async function store(
  context: Context,
  gate: Gate,
  lease: Lease,
  batch: NonNullable<MetricUp['batch']>,
): Promise<MetricDown['ack']> {
  const firstSeq = checkInteger('first_seq', batch.firstSeq, 1, Number.MAX_SAFE_INTEGER - 1_000);
  const totalSteps = checkInteger('total_steps', batch.totalSteps, 0);
  const points = checkPoints(batch.points);
  const batchOf = { ...lease, firstSeq, points, totalSteps, leaseTtlMs: context.tunables.leaseTtlMs };
  const began = performance.now();
  const stored = await gate.pass(() => ingestOrKeep(context, batchOf));
  switch (stored.kind) {
    case 'fenced':
      return refuseFenced(context, lease);
    case 'gap': {
      const { ackedSeq } = stored;
      const message = `the batch begins at ${firstSeq}, what is stored ends at ${ackedSeq}`;
      throw new Refusal({ status: status.OUT_OF_RANGE, reason: 'SEQ_GAP', message, ackedSeq });
    }
    case 'stored': {
      context.metrics.ingested(stored.fresh, (performance.now() - began) / 1_000);
      const fresh = stored.fresh > 0 ? points.slice(-stored.fresh) : [];
      if (fresh.length > 0) publish(context, lease, fresh, stored);
      const pruneRequested = stored.pruneRequested || (await judge(context, lease, fresh, stored));
      return { ackedSeq: stored.ackedSeq, decision: decisionOf({ ...stored, pruneRequested }) };
    }
    default:
      return stored satisfies never;
  }
}

/**
 * A statement that was given up has held the trial's row for nearly as long as a lease lasts, and heartbeats left the row
 * alone meanwhile: before anybody else gets it, the lease is renewed.
 */
async function ingestOrKeep(context: Context, batch: Parameters<typeof ingest>[1]): Promise<Ingested> {
  try {
    return await ingest(context.db, batch);
  } catch (error) {
    // Postgres may be away altogether: then there is nobody who could take the lease either.
    await keepLease(context.db, batch).catch(() => {});
    throw error;
  }
}

/** The points are safe whatever happens here: a verdict that can't be given now is given with the next objective. */
async function judge(
  { scheduler, log }: Context,
  { trialId, epoch }: Lease,
  fresh: readonly Point[],
  { sweepId, number, searching, objective }: Extract<Ingested, { kind: 'stored' }>,
): Promise<boolean> {
  if (!searching) return false;
  const lastStep = fresh.findLast(({ metric }) => metric === objective)?.step;
  if (lastStep === undefined) return false;
  try {
    return await scheduler.observe({ sweepId, trialId, number, epoch, lastStep });
  } catch (error) {
    log('warn', 'no verdict on a trial', { trialId, epoch, sweepId, reason: reasonOf(error) });
    return false;
  }
}

function publish(
  { changes }: Context,
  { trialId, epoch }: Lease,
  points: readonly Point[],
  { sweepId, objective }: { sweepId: number; objective: string },
): void {
  const live = points.map((point) => ({ trialId, epoch, ...point }));
  changes.touch({ sweepId, trialIds: [trialId], points: live, objective });
}

/** write() never blocks: wait until the client reads again, or has gone. */
async function send(call: Call, down: MetricDown): Promise<void> {
  if (call.write(down) || call.cancelled) return;
  const over = new AbortController();
  const { signal } = over;
  // The one that does not happen must not stay listened for: a stream lives for hours.
  await Promise.race([once(call, 'drain', { signal }), once(call, 'cancelled', { signal })]).finally(() =>
    over.abort(),
  );
}

function decisionOf(asked: { cancelRequested: boolean; pruneRequested: boolean }): Decision {
  if (asked.cancelRequested) return Decision.CANCEL;
  return asked.pruneRequested ? Decision.PRUNE : Decision.CONTINUE;
}
