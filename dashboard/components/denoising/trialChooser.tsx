'use client';
/** Which trials are looked at: any number of each loss, best first. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { ParameterList } from '@/components/sweep/parameterList';
import { activeParameters } from '@/components/sweep/parameters';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { LossMark } from '@/components/ui/lossMark';
import { Select } from '@/components/ui/select';
import { formatMetric } from '@/format/number';
import type { DenoisingChoice } from './denoisingSnapshot';

type TrialChooserProps = {
  sweep: SweepSummary;
  strata: readonly string[];
  stratum: string;
  /** Best first. */
  trials: readonly TrialSummary[];
  chosen: readonly number[];
  onChoose: (choice: DenoisingChoice) => void;
};

export function TrialChooser({ sweep, strata, stratum, trials, chosen, onChoose }: TrialChooserProps) {
  const set = (ids: readonly number[]) => onChoose({ stratum, trials: ids });
  const losses = sweep.losses.filter((loss) => trials.some(({ config }) => config?.loss === loss));
  return (
    <Card
      title="Trials"
      actions={
        <div className="flex flex-wrap items-center gap-2">
          {strata.length > 1 && (
            <Select
              aria-label="Data set and model"
              value={stratum}
              onChange={(event) => onChoose({ stratum: event.target.value, trials: [] })}
              options={strata.map((value) => ({ value, label: value }))}
            />
          )}
          <Button size="sm" variant="quiet" onClick={() => set([])}>
            Best of each loss
          </Button>
        </div>
      }
    >
      <div className="grid gap-3 md:grid-cols-3">
        {losses.map((loss) => (
          <OfLoss key={loss} loss={loss} trials={trials} chosen={chosen} onSet={set} />
        ))}
      </div>
    </Card>
  );
}

type OfLossProps = {
  loss: string;
  trials: readonly TrialSummary[];
  chosen: readonly number[];
  onSet: (ids: readonly number[]) => void;
};

function OfLoss({ loss, trials, chosen, onSet }: OfLossProps) {
  const own = trials.filter(({ config }) => config?.loss === loss);
  const shown = own.filter(({ trialId }) => chosen.includes(trialId));
  const rest = own.filter(({ trialId }) => !chosen.includes(trialId));
  return (
    <div className="min-w-0">
      <h3 className="mb-1 flex items-center gap-1.5 font-medium text-sm">
        <LossMark loss={loss} /> {loss}
      </h3>
      <ul className="space-y-1">
        {shown.map((trial) => (
          <li key={trial.trialId} className="flex items-center gap-2 rounded-md bg-sunken px-2 py-1 text-sm">
            <span className="tabular min-w-0 flex-1">
              <span className="font-medium">#{trial.number}</span> {formatMetric(trial.bestValue)}{' '}
              <ParameterList config={trial.config} />
            </span>
            <button
              type="button"
              className="rounded-sm px-1 text-muted hover:text-fg"
              aria-label={`Take #${trial.number} away`}
              disabled={chosen.length === 1}
              onClick={() => onSet(chosen.filter((id) => id !== trial.trialId))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <Select
          className="mt-1"
          aria-label={`Add a trial of ${loss}`}
          value=""
          onChange={(event) => onSet([...chosen, Number(event.target.value)])}
          options={[{ value: '', label: `Add one of ${rest.length} …` }, ...rest.map(optionOf)]}
        />
      )}
    </div>
  );
}

function optionOf({ trialId, number, bestValue, config }: TrialSummary) {
  const parameters = activeParameters(config)
    .map(({ symbol, text }) => `${symbol} ${text}`)
    .join(', ');
  return { value: String(trialId), label: `#${number} · ${formatMetric(bestValue)} · ${parameters}` };
}
