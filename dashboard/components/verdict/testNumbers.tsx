/** The tests on one pair of losses, each number with what it says. */
import type { PairVerdict } from '@adt/proto/gen/adt/v1/results';
import type { ReactNode } from 'react';
import { formatCount } from '@/format/number';
import { formatP, signedMetric, signedPercent } from './numbers';
import { isDecided } from './verdictBadge';

type Line = { title: string; value: ReactNode; note: ReactNode };

export function TestNumbers({ found, family }: { found: PairVerdict; family: number }) {
  return (
    <dl className="grid content-start gap-x-6 gap-y-3 text-sm sm:grid-cols-2">
      {linesOf(found, family).map(({ title, value, note }) => (
        <div key={title} className="min-w-0">
          <dt className="text-muted text-xs">{title}</dt>
          <dd className="tabular font-semibold text-base">{value}</dd>
          <dd className="text-muted text-xs">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function linesOf(found: PairVerdict, family: number): Line[] {
  const { difference, tTest, signFlip, adjustedP, effect, seeds } = found;
  const { interval, relativeInterval } = difference ?? {};
  return [
    {
      title: 'Difference',
      value: `${signedPercent(difference?.relative)} (${signedMetric(difference?.mean)})`,
      note:
        relativeInterval && interval
          ? `95 % interval ${signedPercent(relativeInterval.low)} to ${signedPercent(relativeInterval.high)}, of this pair alone`
          : 'two seeds or more give an interval',
    },
    {
      title: 'p after Holm, decides',
      value: formatP(adjustedP),
      note: `sign-flip p, corrected for ${formatCount(family)} ${family === 1 ? 'comparison' : 'comparisons'}; a verdict needs 0.05`,
    },
    {
      title: 'p by sign flips',
      value: formatP(signFlip?.p),
      note: signFlip
        ? `${signFlip.exact ? 'exact, all' : 'drawn,'} ${formatCount(signFlip.count)} assignments`
        : 'no common seed',
    },
    {
      title: 'p by paired t',
      value: formatP(tTest?.p),
      note: tTest
        ? `t = ${tTest.t.toFixed(2)}, ${formatCount(tTest.df)} degrees of freedom; for comparison only`
        : 'the differences do not vary, or there is one',
    },
    {
      title: 'Effect size',
      value: effect ? `d_z ${signed(effect.dz)}` : '—',
      note: effect
        ? `g_z ${signed(effect.gz)}, corrected for few seeds`
        : 'differences over their standard deviation',
    },
    {
      title: 'Seeds',
      value: `${formatCount(seeds.length)} pairs`,
      note: neededWords(found),
    },
    {
      title: 'Relative improvement (RI)',
      value: signedPercent(found.relativeImprovement),
      note: 'mean over Recall and NDCG at all K, as in Table 3 of the paper',
    },
  ];
}

export function neededWords({ verdict, moreSeeds }: Pick<PairVerdict, 'verdict' | 'moreSeeds'>): string {
  if (isDecided(verdict)) return 'enough for this verdict';
  if (moreSeeds === undefined) return 'no number of seeds would decide it: the losses are alike';
  return `about ${formatCount(moreSeeds)} more needed for a verdict`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
