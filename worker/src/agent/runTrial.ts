/** The life of one attempt, top to bottom: bundle, checkpoint, trainer, points, outcome. The README has a picture. */
import { join } from 'node:path';
import { type ClaimedTrial, type Failure, Outcome, type TrialResult } from '@adt/proto/gen/adt/v1/trial';
import { inSpan } from '@adt/proto/tracing';
import { parseTrainingConfig, type TrainingConfig } from '@adt/proto/trainingConfig';
import { z } from 'zod';
import type { EngineInfo } from '../engines/engine.js';
import { messageOf } from '../log.js';
import type { TrainResult } from '../training/train.js';
import { DRAIN_COMMIT_SHARE, DRAIN_FLUSH_SHARE, DRAIN_SAVE_SHARE, TRAINER_GRACE_MS } from '../tunables.js';
import { type Attempt, openAttempt, type Workshop } from './attempt.js';
import { BundleUnavailable } from './bundleCache.js';
import { isDiskError } from './diskError.js';
import { failure, failureOf, oomKills } from './failure.js';
import type { Order } from './orders.js';
import { goOnFrom } from './resumption.js';
import { runTrainer, type TrainerEnd } from './trainerProcess.js';

/** The coordinator takes no longer name. */
const MAX_ENGINE_CHARS = 64;

/** How a training ended. A trainer that was told to stop counts as failed; the order says why. */
type TrainingEnd = { result: TrialResult; log: string } | { failure: Failure; spoilt?: boolean };

/**
 * Runs a claimed trial until the coordinator has its outcome, or until it is not this worker's any more.
 * @returns whether this machine spoilt it, say by a full disk: the next trial would likely fare the same
 */
export function runTrial(claimed: ClaimedTrial, shop: Workshop): Promise<{ spoilt: boolean }> {
  const { trialId, epoch, sweepId, config } = claimed;
  const attributes = {
    ...{ 'adt.trial': trialId, 'adt.lease_epoch': epoch, 'adt.sweep': sweepId },
    ...{ 'adt.dataset': config?.dataset, 'adt.model': config?.model, 'adt.loss': config?.loss },
  };
  return inSpan('attempt', attributes, () => runAttempt(claimed, shop));
}

async function runAttempt(claimed: ClaimedTrial, shop: Workshop): Promise<{ spoilt: boolean }> {
  const attempt = openAttempt(claimed, shop);
  attempt.log.info('trial claimed');
  try {
    const end = await trainToEnd(attempt, shop);
    const order = attempt.orders.current;
    if (order === 'RELEASED' && 'failure' in end) await release(attempt, shop, logOf(end));
    else await inSpan('complete', {}, () => complete(attempt, shop, end));
    if (attempt.orders.fence.aborted) attempt.log.warn('trial belongs to another attempt now: dropped');
    return { spoilt: attempt.reporter.poison !== null || ('failure' in end && end.spoilt === true) };
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
    return { failure: failure('INFRA', messageOf(error)), spoilt: isDiskError(error) };
  }
}

async function trainOnBundle(attempt: Attempt, shop: Workshop, config: TrainingConfig): Promise<TrainingEnd> {
  const bundle = await inSpan('fetch bundle', {}, () =>
    shop.bundles.hold(config.datasetSha256, attempt.orders.stop),
  );
  try {
    const oomKillsBefore = oomKills();
    const end = await inSpan('train', {}, () => trainOn(bundle.path, attempt, shop, config));
    if (end.last?.kind === 'result')
      return { result: wireResult(end.last.result, end.last.engine), log: end.stderrTail };
    if (isDamaged(end)) await shop.bundles.discard(config.datasetSha256);
    return { failure: failureOf(end, oomKillsBefore) };
  } finally {
    bundle.release();
  }
}

/** From the newest checkpoint that is whole and this training's, else from the beginning. */
async function trainOn(
  bundlePath: string,
  attempt: Attempt,
  shop: Workshop,
  config: TrainingConfig,
): Promise<TrainerEnd> {
  const { orders, reporter, keeper, folder, log, claimed } = attempt;
  const path = join(folder, 'current');
  const isReleased = () => orders.current === 'RELEASED';
  for (const [at, start] of [...claimed.checkpoints, null].entries()) {
    if (!(await goOnFrom(start, { path, isAgreed: at === 0 }, attempt, shop)) && start !== null) continue;
    if (start !== null) log.info('training goes on from a checkpoint', { of: start.epoch, step: start.step });
    const end = await runTrainer({
      task: {
        config,
        bundlePath,
        threads: shop.threadsPerSlot,
        checkpoints: { folder, current: path, everySeconds: shop.checkpointSeconds },
      },
      stop: orders.stop,
      kill: orders.fence,
      graceMs: () => (isReleased() ? shop.drainLeftMs() * DRAIN_SAVE_SHARE : TRAINER_GRACE_MS),
      saves: isReleased,
      onPoints: (points, totalSteps) => {
        shop.metrics.made(points.length);
        reporter.append(points, totalSteps);
      },
      onSaved: (saved) => keeper.keep(saved),
      onUnsaved: (why) => log.warn('checkpoint not saved', { why }),
    });
    const isRefused = end.last?.kind === 'failed' && end.last.checkpointRefused;
    if (!isRefused || start === null || orders.stop.aborted) return end;
    log.warn('checkpoint refused', {
      failure: 'INFRA',
      of: start.epoch,
      step: start.step,
      why: reasonOf(end),
    });
  }
  throw new Error('a training from the beginning has no checkpoint to refuse');
}

/** Every point first, then the outcome, until it is answered. */
async function complete(attempt: Attempt, shop: Workshop, end: TrainingEnd): Promise<void> {
  const { ref, orders, reporter, log } = attempt;
  while (!orders.fence.aborted) {
    await reporter.flush(orders.fence);
    await shop.heartbeat.confirm();
    if (orders.fence.aborted) return;
    const outcome = outcomeOf(end, orders.current, reporter.poison);
    const request = { ...ref, lastSeq: reporter.lastSeq, ...outcome, logTail: logOf(end) };
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

/** Whoever takes the trial next goes on from what is committed by then; the last points are worth only a short wait. */
async function release(attempt: Attempt, shop: Workshop, logTail: string): Promise<void> {
  const { ref, orders, reporter, keeper, log } = attempt;
  const within = (share: number) =>
    AbortSignal.any([orders.fence, AbortSignal.timeout(Math.ceil(shop.drainLeftMs() * share))]);
  await keeper.settled(within(DRAIN_COMMIT_SHARE));
  await reporter.flush(within(DRAIN_FLUSH_SHARE));
  const answer = await shop.connection.persist('release', { ...ref, logTail }, orders.fence);
  if (answer !== null && 'reply' in answer) {
    shop.metrics.ended('RELEASED');
    log.info('trial handed back');
  } else log.warn('trial not handed back', { why: answer?.refusal.message });
}

/** What the trainer said last. */
function logOf(end: TrainingEnd): string {
  return 'result' in end ? end.log : end.failure.stderrTail;
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

function reasonOf({ last }: TrainerEnd): string {
  return last?.kind === 'failed' ? last.reason : '';
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
