/** Every question that the dashboard asks of SearchService, one function each. */
import 'server-only';
import type {
  Curve,
  Dataset,
  GetCurvesReply,
  ListSweepsReply,
  Sweep,
  SweepPlan,
  SweepSummary,
  Trial,
  TrialSummary,
  Worker,
} from '@adt/proto/gen/adt/v1/search';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { PresetRequest } from '@/components/newSweep/starts';
import { ask } from './coordinator';
import type { Answer } from './problem';
import {
  CURVES_PAGE,
  MAX_TRIALS,
  PLAN_DEADLINE_MS,
  READ_DEADLINE_MS,
  SUBMIT_DEADLINE_MS,
  TRIALS_PAGE,
} from './tunables';

export function listSweeps(cursor = ''): Promise<Answer<ListSweepsReply>> {
  return ask((client) => client.listSweeps, { limit: 100, cursor }, READ_DEADLINE_MS);
}

export function getSweep(sweepId: number): Promise<Answer<Sweep>> {
  return ask((client) => client.getSweep, { sweepId }, READ_DEADLINE_MS);
}

export function cancelSweep(sweepId: number): Promise<Answer<SweepSummary>> {
  return ask((client) => client.cancelSweep, { sweepId }, READ_DEADLINE_MS);
}

export function planSweep(spec: string): Promise<Answer<SweepPlan>> {
  return ask((client) => client.planSweep, { spec, format: SpecFormat.YAML }, PLAN_DEADLINE_MS);
}

/** @param extended a sweep whose finished trainings are taken over; null: none */
export function submitSweep(
  spec: string,
  idempotencyKey: string,
  extended: number | null,
): Promise<Answer<SweepSummary>> {
  const request = {
    spec,
    format: SpecFormat.YAML,
    idempotencyKey,
    owner: '',
    extends: extended ?? undefined,
  };
  return ask((client) => client.submitSweep, request, SUBMIT_DEADLINE_MS);
}

/** The preset's sweep file, YAML. */
export async function renderPreset(request: PresetRequest): Promise<Answer<string>> {
  const reply = await ask((client) => client.renderPreset, request, READ_DEADLINE_MS);
  return reply.ok ? { ok: true, value: reply.value.spec } : reply;
}

/** Trials of a sweep, best first. @param most rounded up to whole pages */
export async function listTrials(sweepId: number, most = MAX_TRIALS): Promise<Answer<TrialSummary[]>> {
  const trials: TrialSummary[] = [];
  let cursor = '';
  do {
    const request = { sweepId, limit: TRIALS_PAGE, cursor, order: 'best' };
    const page = await ask((client) => client.listTrials, request, READ_DEADLINE_MS);
    if (!page.ok) return page;
    trials.push(...page.value.trials);
    cursor = page.value.nextCursor;
  } while (cursor !== '' && trials.length < most);
  return { ok: true, value: trials };
}

export function getTrial(trialId: number): Promise<Answer<Trial>> {
  return ask((client) => client.getTrial, { trialId }, READ_DEADLINE_MS);
}

/**
 * @param metrics empty: all
 * @param steps only these iterations, ends included
 */
export async function getCurves(
  trialIds: number[],
  metrics: string[],
  maxPoints: number,
  steps?: { from: number; to: number },
): Promise<Answer<Curve[]>> {
  const curves: Curve[] = [];
  for (let at = 0; at < trialIds.length; at += CURVES_PAGE) {
    const asked = trialIds.slice(at, at + CURVES_PAGE);
    const request = { trialIds: asked, metrics, maxPoints, minStep: steps?.from, maxStep: steps?.to };
    const page = await ask((client) => client.getCurves, request, READ_DEADLINE_MS);
    if (!page.ok) return page;
    curves.push(...page.value.curves);
  }
  return { ok: true, value: curves };
}

/** All series of one trial, with what no longer counts and what is missing. */
export function getTrialCurves(trialId: number, maxPoints: number): Promise<Answer<GetCurvesReply>> {
  const request = { trialIds: [trialId], metrics: [], maxPoints, superseded: true };
  return ask((client) => client.getCurves, request, READ_DEADLINE_MS);
}

export async function listDatasets(): Promise<Answer<Dataset[]>> {
  const reply = await ask((client) => client.listDatasets, {}, READ_DEADLINE_MS);
  return reply.ok ? { ok: true, value: reply.value.datasets } : reply;
}

export async function listWorkers(): Promise<Answer<Worker[]>> {
  const reply = await ask((client) => client.listWorkers, {}, READ_DEADLINE_MS);
  return reply.ok ? { ok: true, value: reply.value.workers } : reply;
}
