'use client';
/** The seeds that search, and the fresh ones that confirm what was found. */
import { Field } from '@/components/ui/field';
import { EntryInput, EntryListInput } from './entryInputs';
import { confirmationChanges, confirmationOf, searchSeedsOf } from './searchBlocks';
import type { FormProps } from './sweepForm';
import { errorsAt } from './violations';

const CONFIRM = ['seeds', 'confirm'] as const;

const PARTS = [
  {
    key: 'count',
    part: 'count',
    label: 'Fresh seeds',
    hint: 'Under 6 pairs there is no verdict.',
    placeholder: '10',
  },
  {
    key: 'base',
    part: 'base',
    label: 'First of them',
    hint: 'Common to all losses, none of the search.',
    placeholder: '2019',
  },
  {
    key: 'top_k',
    part: 'topK',
    label: 'Best configurations',
    hint: 'Of each loss, by validation.',
    placeholder: '1',
  },
] as const;

export function SeedFields({ root, violations, disabled, onChange }: FormProps) {
  const confirmation = confirmationOf(root);
  return (
    <fieldset className="space-y-4">
      <legend className="mb-2 font-semibold">Seeds</legend>
      <Field
        label="Search seeds"
        hint="Each configuration runs once with each; the mean ranks it on validation."
        errors={errorsAt(violations, ['seeds.search', 'seeds.sampler'])}
      >
        {(control) => (
          <EntryListInput
            {...control}
            name="seeds"
            placeholder="1"
            value={searchSeedsOf(root)}
            disabled={disabled}
            onChange={(values) => onChange([[['seeds', 'search'], values.length === 0 ? undefined : values]])}
          />
        )}
      </Field>
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          name="confirm"
          className="mt-1"
          checked={confirmation !== null}
          disabled={disabled}
          onChange={(event) => onChange(confirmationChanges(root, event.target.checked))}
        />
        <span>
          <span className="font-medium text-sm">Confirm the best of each loss on fresh seeds</span>
          <span className="block text-muted text-xs">
            Read on test: what the verdict between the losses rests on.
          </span>
        </span>
      </label>
      {confirmation !== null && (
        <div className="grid gap-x-3 gap-y-4 sm:grid-cols-3">
          {PARTS.map(({ key, part, label, hint, placeholder }) => (
            <Field
              key={key}
              label={label}
              hint={hint}
              errors={errorsAt(violations, key === 'count' ? ['seeds.confirm'] : [`seeds.confirm.${key}`])}
            >
              {(control) => (
                <EntryInput
                  {...control}
                  name={`confirm.${key}`}
                  placeholder={placeholder}
                  value={confirmation[part]}
                  disabled={disabled}
                  onChange={(entry) => onChange([[[...CONFIRM, key], entry ?? undefined]])}
                />
              )}
            </Field>
          ))}
        </div>
      )}
    </fieldset>
  );
}
