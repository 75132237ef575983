/** What the compare screen asks of the coordinator. */
import 'server-only';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { bestOfEachLoss, type CompareSnapshot } from '@/components/compare/snapshot';
import { snapshotCurve } from '@/live/snapshot';
import { ask } from './coordinator';
import { type Answer, problem } from './problem';
import { getCurves, getSweep, getTrial } from './search';
import { POINTS_PER_CURVE, READ_DEADLINE_MS, TRIALS_PAGE } from './tunables';

type Wish = {
  sweepId: number;
  /** Empty: the best of each loss. */
  trialIds: readonly number[];
  /** Empty: what each trial is ranked by. */
  metric: string;
};

export async function compareSnapshot({ sweepId, trialIds, metric }: Wish): Promise<Answer<CompareSnapshot>> {
  const sweep = await getSweep(sweepId);
  if (!sweep.ok) return sweep;
  const { summary } = sweep.value;
  if (summary === undefined) throw new Error('the coordinator sent a sweep without its summary');
  const ids = trialIds.length > 0 ? { ok: true as const, value: [...trialIds] } : await proposed(sweepId);
  if (!ids.ok) return ids;
  const trials = await summaries(sweepId, ids.value);
  if (!trials.ok) return trials;
  const started = trials.value;
  const own = [...new Set(started.map(({ config }) => config?.select ?? summary.metric))];
  const startedIds = started.map(({ trialId }) => trialId);
  const [names, curves] = await Promise.all([
    getCurves(startedIds, [], 4),
    getCurves(startedIds, metric === '' ? own : [metric], POINTS_PER_CURVE),
  ]);
  if (!names.ok) return names;
  if (!curves.ok) return curves;
  const select = new Map(started.map(({ trialId, config }) => [trialId, config?.select]));
  const shown = curves.value.filter((curve) => metric !== '' || select.get(curve.trialId) === curve.metric);
  return {
    ok: true,
    value: {
      sweep: summary,
      trials: trials.value,
      curves: shown.map(snapshotCurve),
      metrics: [...new Set(names.value.map((curve) => curve.metric))].sort(),
      isProposal: trialIds.length === 0,
    },
  };
}

async function proposed(sweepId: number): Promise<Answer<number[]>> {
  const request = { sweepId, limit: TRIALS_PAGE, cursor: '', order: 'best' };
  const page = await ask((client) => client.listTrials, request, READ_DEADLINE_MS);
  return page.ok ? { ok: true, value: bestOfEachLoss(page.value.trials) } : page;
}

/** In the order that was asked for. A trial of another sweep is refused: the page stands under this one's name. */
async function summaries(sweepId: number, ids: readonly number[]): Promise<Answer<TrialSummary[]>> {
  const answers = await Promise.all(ids.map(getTrial));
  const trials: TrialSummary[] = [];
  for (const [at, answer] of answers.entries()) {
    if (!answer.ok) return answer;
    const { summary } = answer.value;
    if (summary?.sweepId !== sweepId) {
      const detail = `Trial ${ids[at]} is not of sweep ${sweepId}.`;
      return { ok: false, problem: problem(422, 'OTHER_SWEEP', 'Trials of one sweep are compared', detail) };
    }
    trials.push(summary);
  }
  return { ok: true, value: trials };
}
