'use client';
/** How to search: method and budget, seeds, and the metric that ranks. */
import { Field } from '@/components/ui/field';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { metricTitle } from '@/format/metric';
import { EntryInput, EntryListInput } from './entryInputs';
import { type Change, entriesOf, textAt, valueAt } from './sweepFile';
import type { FormProps } from './sweepForm';
import { errorsAt } from './violations';

const METHODS = [
  { value: 'grid', label: 'Grid' },
  { value: 'random', label: 'Random' },
] as const;

const BUDGET = ['budget', 'max_trials_per_stratum'];
/** Of the paper: small ones where there are few items. A metric’s K is measured even when Top K is silent. */
const USUAL_K = [3, 20, 50, 100];
/** Runs a loss gets when random search is chosen and no budget is given. */
const START_BUDGET = 20;

export function SearchFields({ root, violations, disabled, onChange }: FormProps) {
  const method = textAt(root, ['method']) === 'random' ? 'random' : 'grid';
  const chosenK = entriesOf(valueAt(root, ['training', 'topk']));
  const metric = textAt(root, ['metric', 'name']);
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">Search</legend>
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        <Field
          group
          label="Method"
          errors={errorsAt(violations, ['method'])}
          hint={method === 'grid' ? 'Every combination once.' : 'Draws, the same number for every loss.'}
        >
          {() => (
            <Segmented
              label="Method"
              options={METHODS}
              value={method}
              disabled={disabled}
              onChange={(value) => onChange(methodChanges(root, value))}
            />
          )}
        </Field>
        {method === 'random' && (
          <Field
            label="Runs for each loss"
            hint="On each data set and model, seeds counted."
            errors={errorsAt(violations, ['budget'])}
          >
            {(control) => (
              <EntryInput
                {...control}
                name="max_trials_per_stratum"
                value={entriesOf(valueAt(root, BUDGET))[0] ?? null}
                disabled={disabled}
                onChange={(entry) => onChange([[BUDGET, entry ?? undefined]])}
              />
            )}
          </Field>
        )}
        <Field
          label="Seeds"
          hint="Each configuration runs once with each."
          errors={errorsAt(violations, ['seeds'])}
        >
          {(control) => (
            <EntryListInput
              {...control}
              name="seeds"
              placeholder="1, 2"
              value={entriesOf(valueAt(root, ['seeds', 'search']))}
              disabled={disabled}
              onChange={(values) => onChange([[['seeds', 'search'], values]])}
            />
          )}
        </Field>
        <Field
          label="Ranked by"
          hint="Also picks each run’s checkpoint."
          errors={errorsAt(violations, ['metric', 'training.select'])}
        >
          {(control) => (
            <Select
              {...control}
              name="metric"
              value={metric}
              disabled={disabled}
              options={metricOptions(metric, chosenK.length === 0 ? USUAL_K : chosenK)}
              onChange={(event) => onChange([[['metric'], metricBlock(event.target.value)]])}
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

function methodChanges(root: Record<string, unknown>, method: string): Change[] {
  if (method === 'grid')
    return [
      [['method'], method],
      [['budget'], undefined],
    ];
  const hasBudget = valueAt(root, ['budget']) !== undefined;
  return [[['method'], method], ...(hasBudget ? [] : [[BUDGET, START_BUDGET] as const])];
}

function metricBlock(metric: string): { name: string; goal: string } | undefined {
  if (metric === '') return undefined;
  return { name: metric, goal: metric.endsWith('/loss') ? 'minimize' : 'maximize' };
}

function metricOptions(current: string, topk: readonly (number | string)[]) {
  const offered = topk.flatMap((k) => [`valid/recall@${k}`, `valid/ndcg@${k}`]);
  const names = current === '' || offered.includes(current) ? offered : [current, ...offered];
  return [
    { value: '', label: 'Recall at the smallest K (default)' },
    ...names.map((value) => ({ value, label: metricTitle(value) })),
  ];
}
