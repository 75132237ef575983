/** What a person does to sweeps, trials and workers beside submitting, cancelling and deleting; and what it costs. */
import type { SearchServiceServer, SweepSummary, Worker } from '@adt/proto/gen/adt/v1/search';
import { toViolations } from '../search/finding.js';
import { renderPreset } from '../search/presets/preset.js';
import { slotSecondsUsed } from '../store/costs.js';
import { setPaused } from '../store/pause.js';
import { type Retried, retryTrial } from '../store/retry.js';
import { sweepsById } from '../store/sweeps.js';
import { trialsById } from '../store/trials.js';
import { askToDrain } from '../store/workers.js';
import { LIMITS } from '../tunables.js';
import { checkInteger, checkLength, checkText, WORKER_ID } from './check.js';
import type { Context } from './context.js';
import type { RunningForecasts } from './planning.js';
import { invalid, notFound, Refusal, status } from './refusal.js';
import { unary } from './unary.js';
import { sweepToWire, trialToWire, workerToWire } from './wire.js';

type Actions = Pick<
  SearchServiceServer,
  | 'pauseSweep'
  | 'resumeSweep'
  | 'retryTrial'
  | 'drainWorker'
  | 'resumeWorker'
  | 'getSweepCosts'
  | 'renderPreset'
>;

export function actionHandlers(context: Context, forecasts: RunningForecasts): Actions {
  const { db, log, tunables, changes, scheduler } = context;

  const pause = async (given: number, paused: boolean): Promise<SweepSummary> => {
    const sweepId = checkInteger('sweep_id', given, 1);
    const end = await setPaused(db, sweepId, paused);
    if (end.kind === 'ended')
      throw illegal(`sweep ${sweepId} is ${end.state}: there is nothing to ${paused ? 'pause' : 'resume'}`);
    const [row] = await sweepsById(db, [sweepId]);
    if (end.kind === 'not-found' || !row) throw notFound(`sweep ${sweepId}`);
    log('info', paused ? 'sweep paused' : 'sweep resumed', { sweepId });
    // Its part of the window is free, or is to be filled.
    scheduler.wakeAll();
    changes.touch({ sweepId });
    return sweepToWire(row);
  };

  const drain = async (given: string, wanted: boolean): Promise<Worker> => {
    const workerId = checkText('worker_id', given, WORKER_ID);
    const { leaseTtlMs } = tunables;
    const row = await askToDrain(db, { workerId, drain: wanted, leaseTtlMs });
    if (!row) throw notFound(`worker ${workerId}`);
    log('info', wanted ? 'worker is to drain' : 'worker is to go on', { workerId });
    // Slots went or came.
    scheduler.wakeAll();
    return workerToWire(row);
  };

  return {
    pauseSweep: unary(log, ({ sweepId }) => pause(sweepId, true)),
    resumeSweep: unary(log, ({ sweepId }) => pause(sweepId, false)),
    drainWorker: unary(log, ({ workerId }) => drain(workerId, true)),
    resumeWorker: unary(log, ({ workerId }) => drain(workerId, false)),

    retryTrial: unary(log, async (request) => {
      const trialId = checkInteger('trial_id', request.trialId, 1);
      const { sweepId } = queuedOf(trialId, await retryTrial(db, trialId));
      const [row] = await trialsById(db, [trialId]);
      if (!row) throw notFound(`trial ${trialId}`);
      log('info', 'trial retried by hand', { trialId, sweepId });
      scheduler.wakeAll();
      changes.touch({ sweepId, trialIds: [trialId] });
      return trialToWire(row);
    }),

    getSweepCosts: unary(log, async (request) => {
      if (request.sweepIds.length > LIMITS.costSweeps)
        throw invalid('sweep_ids', `must have at most ${LIMITS.costSweeps} entries`);
      const ids = request.sweepIds.map((id, at) => checkInteger(`sweep_ids[${at}]`, id, 1));
      const rows = await slotSecondsUsed(db, ids);
      const costs = rows.map(async ({ id, state, usedSlotSeconds }) => ({
        sweepId: id,
        usedSlotSeconds,
        forecast: await forecasts.of({ id, state }),
      }));
      return { costs: await Promise.all(costs) };
    }),

    renderPreset: unary(log, async ({ name, datasets, models, epochs, evalEvery }) => {
      const options = { epochs, eval_every: evalEvery };
      const rendered = renderPreset({ name: checkLength('name', name, 64), datasets, models, options });
      if (rendered.ok) return { spec: rendered.spec };
      const violations = toViolations(rendered.findings);
      const [first] = violations;
      const message = first ? `${first.path}: ${first.message}` : 'the preset is refused';
      throw new Refusal({ status: status.INVALID_ARGUMENT, reason: 'SPACE_INVALID', message, violations });
    }),
  };
}

/** @throws Refusal where the trial was not queued again */
function queuedOf(trialId: number, end: Retried): { sweepId: number } {
  switch (end.kind) {
    case 'queued':
      return end;
    case 'not-found':
      throw notFound(`trial ${trialId}`);
    case 'state':
      throw illegal(`trial ${trialId} is ${end.state}: only what has FAILED or was CANCELLED is retried`);
    case 'stopped':
      throw illegal(
        `sweep ${end.sweepId} is over for all its trials (${end.reason}): submit it again, extending this one`,
      );
    default:
      return end satisfies never;
  }
}

function illegal(message: string): Refusal {
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
}
