'use client';
/** What a sweep has found: best per loss, curves, ranking, for one data set and model at a time. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { useMemo, useState } from 'react';
import { Card } from '@/components/ui/card';
import { trialsEnded } from '@/components/ui/progressBar';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { stateName } from '@/components/ui/stateName';
import { formatCount } from '@/format/number';
import type { LiveCurve } from '@/live/state';
import { BestCards } from './bestCards';
import { ObjectiveCurves } from './objectiveCurves';
import { HistoryChart } from './overview/historyChart';
import { ImportanceChart } from './overview/importanceChart';
import { bestPerLoss, rankConfigurations, rankTrials, stratumOf } from './ranking';
import { RankingTable } from './rankingTable';
import { RungLadder } from './rungs/rungLadder';
import { TimelineChart } from './timeline/timelineChart';

type SweepResultsProps = {
  sweep: SweepSummary;
  trials: readonly TrialSummary[];
  curves: ReadonlyMap<string, LiveCurve>;
  bySeed: boolean;
  onBySeed: (bySeed: boolean) => void;
};

const GROUPINGS = [
  { value: 'trials', label: 'Each trial' },
  { value: 'seeds', label: 'Group seeds' },
] as const;

export function SweepResults({ sweep, trials, curves, bySeed, onBySeed }: SweepResultsProps) {
  const strata = useMemo(() => [...new Set(trials.map(stratumOf))].sort(), [trials]);
  const [chosen, setChosen] = useState<string | null>(null);
  const stratum = chosen ?? strata[0];
  const compared = useMemo(() => trials.filter((trial) => stratumOf(trial) === stratum), [trials, stratum]);
  const { maximize, losses } = sweep;
  // An override may rank one data set by another K than the next.
  const metric = compared[0]?.config?.select ?? sweep.metric;
  const configurations = useMemo(() => rankConfigurations(compared, maximize), [compared, maximize]);
  const rows = useMemo(
    () => (bySeed ? configurations : rankTrials(compared, maximize)),
    [bySeed, configurations, compared, maximize],
  );
  const best = useMemo(() => bestPerLoss(configurations, losses), [configurations, losses]);
  const strongKey = best.flatMap(([, row]) => row?.trials.map((trial) => trial.trialId) ?? []).join();
  const strong = useMemo(() => new Set(strongKey.split(',').map(Number)), [strongKey]);
  const ended = trialsEnded(sweep.counts);
  // Grows with each attempt that begins or ends.
  const moved = trials.reduce((sum, trial) => sum + trial.epoch, ended);
  return (
    <div className="space-y-4">
      {strata.length > 1 && (
        <div className="flex max-w-sm items-center gap-2 text-sm">
          <span id="stratum" className="text-muted whitespace-nowrap">
            Compare on
          </span>
          <Select
            className="flex-1"
            aria-labelledby="stratum"
            value={stratum}
            onChange={(event) => setChosen(event.target.value)}
            options={strata.map((value) => ({ value, label: value }))}
          />
        </div>
      )}
      <BestCards
        best={best}
        metric={metric}
        leader={configurations.find((row) => row.rank === 1) ?? null}
        running={stateName(sweep.state) === 'RUNNING'}
      />
      <ObjectiveCurves metric={metric} losses={losses} trials={compared} curves={curves} strong={strong} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <HistoryChart sweep={sweep} trials={compared} metric={metric} />
        <ImportanceChart sweepId={sweep.sweepId} ended={ended} />
      </div>
      <RungLadder sweep={sweep} trials={compared} metric={metric} change={moved} />
      <TimelineChart sweepId={sweep.sweepId} losses={losses} change={moved} />
      <Card
        flush
        title={
          <>
            Ranking <span className="font-normal text-muted text-sm">{formatCount(rows.length)} rows</span>
          </>
        }
        actions={
          <Segmented
            label="Rows of the ranking"
            options={GROUPINGS}
            value={bySeed ? 'seeds' : 'trials'}
            onChange={(value) => onBySeed(value === 'seeds')}
          />
        }
      >
        <RankingTable rows={rows} metric={metric.replace(/^valid\//, '')} />
      </Card>
    </div>
  );
}
