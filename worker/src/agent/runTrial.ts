/** The life of one attempt, top to bottom: bundle, trainer, points, outcome. The README has it as a picture. */
import { type ClaimedTrial, type Failure, Outcome, type TrialResult } from '@adt/proto/gen/adt/v1/trial';
import { parseTrainingConfig, type TrainingConfig } from '@adt/proto/trainingConfig';
import { z } from 'zod';
import type { EngineInfo } from '../engines/engine.js';
import { messageOf } from '../log.js';
import type { TrainResult } from '../training/train.js';
import { DRAIN_FLUSH_MS, DRAIN_GRACE_MS, TRAINER_GRACE_MS } from '../tunables.js';
import { type Attempt, openAttempt, type Workshop } from './attempt.js';
import { BundleUnavailable } from './bundleCache.js';
import { failure, failureOf, oomKills } from './failure.js';
import type { Order } from './orders.js';
import { runTrainer, type TrainerEnd } from './trainerProcess.js';

/** The coordinator takes no longer name. */
const MAX_ENGINE_CHARS = 64;

/** How a training ended. A trainer that was told to stop counts as failed; the order says why. */
type TrainingEnd = { result: TrialResult } | { failure: Failure };

/** Runs a claimed trial until the coordinator has its outcome, or until it is not this worker's any more. */
export async function runTrial(claimed: ClaimedTrial, shop: Workshop): Promise<void> {
  const attempt = openAttempt(claimed, shop);
  attempt.log.info('trial claimed');
  try {
    const end = await trainToEnd(attempt, shop);
    const order = attempt.orders.current;
    if (order === 'RELEASED' && 'failure' in end) await release(attempt, shop);
    else await complete(attempt, shop, end);
    if (attempt.orders.fence.aborted) attempt.log.warn('trial belongs to another attempt now: dropped');
  } finally {
    await attempt.close();
  }
}

async function trainToEnd(attempt: Attempt, shop: Workshop): Promise<TrainingEnd> {
  let config: TrainingConfig;
  try {
    config = checkedConfig(attempt.claimed);
  } catch (error) {
    return { failure: failure('USER', `bad configuration: ${messageOf(error)}`) };
  }
  try {
    return await trainOnBundle(attempt, shop, config);
  } catch (error) {
    // NATS is away, from here at least: no fault of the trial's, so it costs the trial nothing.
    if (error instanceof BundleUnavailable && !error.lost) attempt.orders.give('RELEASED');
    // The bundle is lost, no process to be had: another machine may do better.
    return { failure: failure('INFRA', messageOf(error)) };
  }
}

async function trainOnBundle(attempt: Attempt, shop: Workshop, config: TrainingConfig): Promise<TrainingEnd> {
  const { orders, reporter } = attempt;
  const bundle = await shop.bundles.hold(config.datasetSha256, orders.stop);
  try {
    const oomKillsBefore = oomKills();
    const end = await runTrainer({
      task: { config, bundlePath: bundle.path, threads: shop.threadsPerSlot },
      stop: orders.stop,
      kill: orders.fence,
      graceMs: () => (orders.current === 'RELEASED' ? DRAIN_GRACE_MS : TRAINER_GRACE_MS),
      onPoints: (points, totalSteps) => {
        shop.metrics.made(points.length);
        reporter.append(points, totalSteps);
      },
    });
    if (end.last?.kind === 'result') return { result: wireResult(end.last.result, end.last.engine) };
    if (isDamaged(end)) await shop.bundles.discard(config.datasetSha256);
    return { failure: failureOf(end, oomKillsBefore) };
  } finally {
    bundle.release();
  }
}

/** Every point first, then the outcome, until it is answered. */
async function complete(attempt: Attempt, shop: Workshop, end: TrainingEnd): Promise<void> {
  const { ref, orders, reporter, log } = attempt;
  while (!orders.fence.aborted) {
    await reporter.flush(orders.fence);
    await shop.heartbeat.confirm();
    if (orders.fence.aborted) return;
    const request = { ...ref, lastSeq: reporter.lastSeq, ...outcomeOf(end, orders.current, reporter.poison) };
    const answer = await shop.connection.persist('complete', request, orders.fence);
    if (answer === null) return;
    if ('reply' in answer) {
      shop.metrics.ended(request.outcome);
      return log.info('trial completed', { outcome: request.outcome, state: answer.reply.state });
    }
    if (answer.refusal.kind === 'fenced') return orders.give('FENCED');
    const { refusal } = answer;
    // Its lease runs out, and the reaper decides.
    if (refusal.kind !== 'gap' || !reporter.agree(refusal.ackedSeq))
      return log.error('outcome refused', { why: refusal.message });
  }
}

/** The trial starts anew, here or elsewhere, so its last points are worth only a short wait. */
async function release(attempt: Attempt, shop: Workshop): Promise<void> {
  const { ref, orders, reporter, log } = attempt;
  await reporter.flush(AbortSignal.any([orders.fence, AbortSignal.timeout(DRAIN_FLUSH_MS)]));
  const answer = await shop.connection.persist('release', ref, orders.fence);
  if (answer !== null && 'reply' in answer) {
    shop.metrics.ended('RELEASED');
    log.info('trial handed back');
  } else log.warn('trial not handed back', { why: answer?.refusal.message });
}

/** A result that beat the order to stop stands; points that were refused for good spoil even that. */
function outcomeOf(
  end: TrainingEnd,
  order: Order | null,
  poison: string | null,
): { outcome: Outcome; result: TrialResult | undefined; failure: Failure | undefined } {
  if (poison !== null) {
    return {
      outcome: Outcome.FAILED,
      result: undefined,
      failure: failure('INFRA', `points refused: ${poison}`),
    };
  }
  if ('result' in end) return { outcome: Outcome.SUCCEEDED, result: end.result, failure: undefined };
  if (order === 'CANCELLED') return { outcome: Outcome.CANCELLED, result: undefined, failure: undefined };
  if (order === 'PRUNED') return { outcome: Outcome.PRUNED, result: undefined, failure: undefined };
  return { outcome: Outcome.FAILED, result: undefined, failure: end.failure };
}

/** @throws Error with the path of every field that is off */
function checkedConfig({ config }: ClaimedTrial): TrainingConfig {
  if (config === undefined) throw new Error('there is none');
  try {
    return parseTrainingConfig(config);
  } catch (error) {
    throw error instanceof z.ZodError ? new Error(z.prettifyError(error)) : error;
  }
}

function isDamaged(end: TrainerEnd): boolean {
  return end.last?.kind === 'failed' && end.last.bundleDamaged;
}

function wireResult(result: TrainResult, engine: EngineInfo): TrialResult {
  return {
    bestStep: result.bestStep,
    valid: metricValues(result.valid),
    test: metricValues(result.test),
    seconds: metricValues(result.seconds),
    facts: metricValues(result.facts),
    engine: `${engine.name} ${engine.version}, ${engine.device}`.slice(0, MAX_ENGINE_CHARS),
    parametersSha256: result.parametersSha256,
  };
}

function metricValues(values: Record<string, number>): { metric: string; value: number | undefined }[] {
  return Object.entries(values).map(([metric, value]) => ({
    metric,
    value: Number.isFinite(value) ? value : undefined,
  }));
}
