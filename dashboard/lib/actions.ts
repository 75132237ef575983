/** Every change that the dashboard asks for beside submitting and cancelling, and what sweeps cost. */
import 'server-only';
import type {
  SweepCost,
  SweepRemoval,
  SweepSummary,
  TrialSummary,
  Worker,
} from '@adt/proto/gen/adt/v1/search';
import { ask, askAccess } from './coordinator';
import type { Answer } from './problem';
import { READ_DEADLINE_MS, SUBMIT_DEADLINE_MS } from './tunables';

export function pauseSweep(sweepId: number): Promise<Answer<SweepSummary>> {
  return ask((client) => client.pauseSweep, { sweepId }, READ_DEADLINE_MS);
}

export function resumeSweep(sweepId: number): Promise<Answer<SweepSummary>> {
  return ask((client) => client.resumeSweep, { sweepId }, READ_DEADLINE_MS);
}

/** @param dryRun only says what would go */
export function deleteSweep(sweepId: number, dryRun: boolean): Promise<Answer<SweepRemoval>> {
  // Its trials may be tens of thousands, in one transaction.
  return ask((client) => client.deleteSweep, { sweepId, dryRun }, SUBMIT_DEADLINE_MS);
}

export function retryTrial(trialId: number): Promise<Answer<TrialSummary>> {
  return ask((client) => client.retryTrial, { trialId }, READ_DEADLINE_MS);
}

/** @param drain whether it is to take no more trials */
export function setDraining(workerId: string, drain: boolean): Promise<Answer<Worker>> {
  if (drain) return ask((client) => client.drainWorker, { workerId }, READ_DEADLINE_MS);
  return ask((client) => client.resumeWorker, { workerId }, READ_DEADLINE_MS);
}

/** @param sweepIds at most 100 */
export async function sweepCosts(sweepIds: number[]): Promise<Answer<SweepCost[]>> {
  const reply = await ask((client) => client.getSweepCosts, { sweepIds }, READ_DEADLINE_MS);
  return reply.ok ? { ok: true, value: reply.value.costs } : reply;
}

export type WorkerTokenRequest = { name: string; pool?: string; lifetimeMs?: number };

/** The token is in the answer this once. */
export function createWorkerToken(request: WorkerTokenRequest): Promise<Answer<{ token: string }>> {
  return askAccess((client) => client.createWorkerToken, request, READ_DEADLINE_MS);
}
