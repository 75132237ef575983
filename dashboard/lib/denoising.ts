/** Puts together what the denoising screen needs. */
import 'server-only';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import {
  bestOfEachLoss,
  type DenoisingChoice,
  type DenoisingSnapshot,
} from '@/components/denoising/denoisingSnapshot';
import { stratumOf } from '@/components/sweep/ranking';
import { snapshotCurve } from '@/live/snapshot';
import type { Answer } from './problem';
import { getCurves, getSweep, listDatasets, listTrials } from './search';
import { MAX_ANALYSED, MAX_DENOISING_CHOICES, MAX_DENOISING_TRIALS, POINTS_PER_CURVE } from './tunables';

export async function denoisingSnapshot(
  sweepId: number,
  choice: DenoisingChoice,
): Promise<Answer<DenoisingSnapshot>> {
  const [sweep, all, datasets] = await Promise.all([
    getSweep(sweepId),
    listTrials(sweepId, MAX_ANALYSED),
    listDatasets(),
  ]);
  if (!sweep.ok) return sweep;
  if (!all.ok) return all;
  if (!datasets.ok) return datasets;
  const summary = sweep.value.summary;
  if (summary === undefined) throw new Error('the coordinator sent a sweep without its summary');
  const strata = [...new Set(all.value.map(stratumOf))].sort();
  const stratum = strata.find((one) => one === choice.stratum) ?? strata[0] ?? '';
  const own = all.value.filter((trial) => stratumOf(trial) === stratum && trial.epoch > 0);
  const chosen = chosenOf(own, choice, summary.losses);
  const curves = await getCurves(chosen, [], POINTS_PER_CURVE);
  if (!curves.ok) return curves;
  const sha256 = own[0]?.config?.datasetSha256;
  const dataset = datasets.value.find((one) => one.sha256 === sha256);
  return {
    ok: true,
    value: {
      sweep: summary,
      strata,
      stratum,
      trials: keptOf(own, chosen),
      chosen,
      curves: curves.value.map(snapshotCurve),
      flags: dataset === undefined ? null : dataset.train?.falsePositives !== undefined,
    },
  };
}

function chosenOf(
  own: readonly TrialSummary[],
  { trials }: DenoisingChoice,
  losses: readonly string[],
): number[] {
  const known = trials.filter((id) => own.some(({ trialId }) => trialId === id));
  return (known.length > 0 ? known : bestOfEachLoss(own, losses)).slice(0, MAX_DENOISING_TRIALS);
}

/** The best ones can be chosen; what is shown is among them wherever it ranks. */
function keptOf(own: readonly TrialSummary[], chosen: readonly number[]): TrialSummary[] {
  return own.filter(({ trialId }, at) => at < MAX_DENOISING_CHOICES || chosen.includes(trialId));
}
