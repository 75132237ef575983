'use client';
/** What the sweep may cost, and where and how urgently it runs. */
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { EntryInput } from './entryInputs';
import { methodOf } from './searchBlocks';
import { entriesOf, type Path, textAt, valueAt } from './sweepFile';
import type { FormProps } from './sweepForm';
import { errorsAt } from './violations';

type BudgetField = { path: Path; name: string; label: string; hint: string; placeholder: string };

const PER_STRATUM: BudgetField = {
  path: ['budget', 'max_trials_per_stratum'],
  name: 'max_trials_per_stratum',
  label: 'Runs for each loss',
  hint: 'On each data set and model, seeds counted.',
  placeholder: 'say 20',
};

const FIELDS: readonly BudgetField[] = [
  {
    path: ['budget', 'max_wall'],
    name: 'max_wall',
    label: 'Longest time',
    hint: 'Like 90m, 12h or 2d; what has not ended by then is cancelled.',
    placeholder: 'no limit',
  },
  {
    path: ['budget', 'max_concurrent'],
    name: 'max_concurrent',
    label: 'Most at once',
    hint: 'Trainings that may run at a time.',
    placeholder: 'all slots',
  },
  {
    path: ['priority'],
    name: 'priority',
    label: 'Priority',
    hint: 'A sweep of 2 gets twice the slots of one of 1.',
    placeholder: '1',
  },
];

export function BudgetFields({ root, vocabulary, violations, disabled, onChange }: FormProps) {
  const fields = methodOf(root) === 'grid' ? FIELDS : [PER_STRATUM, ...FIELDS];
  const ofTheWhole = violations.filter(({ path }) => path === 'budget').map(({ message }) => message);
  const pool = textAt(root, ['pool']);
  const pools = [...new Set(['default', ...vocabulary.pools, ...(pool === '' ? [] : [pool])])];
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">Budget</legend>
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        {fields.map(({ path, name, label, hint, placeholder }, at) => (
          <Field
            key={name}
            label={label}
            hint={hint}
            errors={[...errorsAt(violations, [path.join('.')]), ...(at === 0 ? ofTheWhole : [])]}
          >
            {(control) => (
              <EntryInput
                {...control}
                inputMode="text"
                name={name}
                placeholder={placeholder}
                value={entriesOf(valueAt(root, path))[0] ?? null}
                disabled={disabled}
                onChange={(entry) => onChange([[path, entry ?? undefined]])}
              />
            )}
          </Field>
        ))}
        <Field
          label="Pool"
          hint="Workers that may take its trainings."
          errors={errorsAt(violations, ['pool'])}
        >
          {(control) => (
            <Select
              {...control}
              name="pool"
              value={pool === '' ? 'default' : pool}
              disabled={disabled}
              options={pools.map((value) => ({ value, label: value }))}
              onChange={(event) =>
                onChange([[['pool'], event.target.value === 'default' ? undefined : event.target.value]])
              }
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}
