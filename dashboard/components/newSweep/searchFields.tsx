'use client';
/** How to search: the method, what ranks, and what stops a training early. */
import { Field } from '@/components/ui/field';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { metricTitle } from '@/format/metric';
import { EntryInput } from './entryInputs';
import { methodChanges, methodOf, prunerChanges, prunerOf } from './searchBlocks';
import { entriesOf, textAt, valueAt } from './sweepFile';
import type { FormProps } from './sweepForm';
import { errorsAt } from './violations';

const METHODS = [
  { value: 'grid', label: 'Grid' },
  { value: 'random', label: 'Random' },
  { value: 'sobol', label: 'Sobol' },
  { value: 'tpe', label: 'TPE' },
] as const;

const METHOD_HINTS = {
  grid: 'Every combination once.',
  random: 'Independent draws, the same number for every loss.',
  sobol: 'Draws that are spread evenly over the space.',
  tpe: 'Learns from the results which settings are worth trying next.',
} as const;

const PRUNERS = [
  { value: 'none', label: 'none: every training runs to its end' },
  { value: 'median', label: 'median: below the median of its peers' },
  { value: 'asha', label: 'ASHA: the best 1/η go on at each rung' },
  { value: 'hyperband', label: 'Hyperband: ASHA from several first rungs' },
];

/** Of the paper: small ones where there are few items. A metric’s K is measured even when Top K is silent. */
const USUAL_K = [3, 20, 50, 100];

export function SearchFields(props: FormProps) {
  const { root, violations, disabled, onChange } = props;
  const method = methodOf(root);
  const chosenK = entriesOf(valueAt(root, ['training', 'topk']));
  const metric = textAt(root, ['metric', 'name']);
  return (
    <fieldset className="space-y-4">
      <legend className="mb-2 font-semibold">Search</legend>
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        <Field group label="Method" errors={errorsAt(violations, ['method'])} hint={METHOD_HINTS[method]}>
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
      <EarlyStopping {...props} />
    </fieldset>
  );
}

function EarlyStopping({ root, violations, disabled, onChange }: FormProps) {
  const type = prunerOf(root);
  const number = (key: string, label: string, hint: string, placeholder: string) => (
    <Field label={label} hint={hint} errors={errorsAt(violations, [`early_terminate.${key}`])}>
      {(control) => (
        <EntryInput
          {...control}
          name={`early_terminate.${key}`}
          placeholder={placeholder}
          value={entriesOf(valueAt(root, ['early_terminate', key]))[0] ?? null}
          disabled={disabled}
          onChange={(entry) => onChange([[['early_terminate', key], entry ?? undefined]])}
        />
      )}
    </Field>
  );
  return (
    <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
      <Field
        label="Early stopping"
        className="sm:col-span-2"
        hint="Within a data set, model and loss; T-CE not before ε_N, where it is still plain CE."
        errors={errorsAt(violations, ['early_terminate.type'])}
      >
        {(control) => (
          <Select
            {...control}
            name="early_terminate"
            value={type}
            disabled={disabled}
            options={PRUNERS}
            onChange={(event) => onChange(prunerChanges(root, event.target.value))}
          />
        )}
      </Field>
      {(type === 'asha' || type === 'hyperband') &&
        number('eta', 'η', 'Of the trainings at a rung, one in η goes on.', '3')}
      {type !== 'none' &&
        number('min_steps', 'First rung, iterations', 'Nobody is stopped before it.', 'automatic')}
      {type === 'median' &&
        number('startup_trials', 'Peers at a rung', 'It stops nobody before so many have passed.', '5')}
    </div>
  );
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
