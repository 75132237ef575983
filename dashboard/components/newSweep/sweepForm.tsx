'use client';
/** The form: every field reads the file and writes it, nothing is kept beside it. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Chips } from '@/components/ui/chips';
import { Field, Input } from '@/components/ui/field';
import { Loss } from '@/components/ui/lossMark';
import { BudgetFields } from './budgetFields';
import { EntryInput, EntryListInput } from './entryInputs';
import { ParameterField } from './parameterField';
import { SearchFields } from './searchFields';
import { SeedFields } from './seedFields';
import { armOf, type Change, domainChanges, domainOf, entriesOf, textAt, valueAt } from './sweepFile';
import { errorsAt } from './violations';
import { PARAMETERS, SETTINGS, type Vocabulary } from './vocabulary';

export type FormProps = {
  root: Record<string, unknown>;
  vocabulary: Vocabulary;
  violations: readonly FieldViolation[];
  /** The text cannot be read at the moment: the form shows the last state and waits. */
  disabled: boolean;
  onChange: (changes: readonly Change[]) => void;
};

export function SweepForm(props: FormProps) {
  const { root, violations, disabled, onChange } = props;
  return (
    <div className="space-y-6">
      <Field label="Name" errors={errorsAt(violations, ['name'])}>
        {(control) => (
          <Input
            {...control}
            name="name"
            value={textAt(root, ['name'])}
            disabled={disabled}
            onChange={(event) => onChange([[['name'], event.target.value]])}
          />
        )}
      </Field>
      <Arms {...props} />
      <Parameters {...props} />
      <SearchFields {...props} />
      <SeedFields {...props} />
      <BudgetFields {...props} />
      <Training {...props} />
    </div>
  );
}

function Arms({ root, vocabulary, violations, disabled, onChange }: FormProps) {
  const arm = (name: 'dataset' | 'model' | 'loss') => ({
    chosen: armOf(root, name),
    disabled,
    onChange: (chosen: string[]) => onChange([[['parameters', name], { values: chosen }]]),
  });
  const losses = arm('loss');
  return (
    <>
      <Field
        group
        label="Data sets"
        errors={errorsAt(violations, ['parameters.dataset'])}
        hint={vocabulary.datasets.length === 0 ? 'None is stored yet: npx adt dataset import' : undefined}
      >
        {() => (
          <Chips {...arm('dataset')} options={withUnknown(vocabulary.datasets, armOf(root, 'dataset'))} />
        )}
      </Field>
      <div className="grid gap-6 sm:grid-cols-2">
        <Field group label="Models" errors={errorsAt(violations, ['parameters.model'])}>
          {() => (
            <Chips
              {...arm('model')}
              options={withUnknown(vocabulary.models, armOf(root, 'model'))}
              onChange={(chosen) =>
                onChange([[['parameters', 'model'], { values: chosen }], ...modelChanges(root, chosen)])
              }
            />
          )}
        </Field>
        <Field group label="Losses" errors={errorsAt(violations, ['parameters.loss'])}>
          {() => (
            <Chips
              {...losses}
              options={vocabulary.losses.map((loss) => ({ value: loss, label: <Loss loss={loss} /> }))}
              onChange={(chosen) =>
                onChange([[['parameters', 'loss'], { values: chosen }], ...lossChanges(root, chosen)])
              }
            />
          )}
        </Field>
      </div>
    </>
  );
}

/** A loss that is switched on brings its parameters, one that is switched off takes them along. */
function lossChanges(root: Record<string, unknown>, losses: readonly string[]): Change[] {
  return PARAMETERS.flatMap(({ name, loss, start }): Change[] => {
    if (loss === null) return [];
    const isNeeded = losses.includes(loss);
    const isGiven = valueAt(root, ['parameters', name]) !== undefined;
    if (isNeeded && !isGiven) return [[['parameters', name], { values: [...start] }]];
    return !isNeeded && isGiven ? [[['parameters', name], undefined]] : [];
  });
}

/** A model that is switched off takes its own parameters along. */
function modelChanges(root: Record<string, unknown>, models: readonly string[]): Change[] {
  return PARAMETERS.flatMap(({ name, model }): Change[] => {
    const isStray = model !== null && !models.includes(model);
    return isStray && valueAt(root, ['parameters', name]) !== undefined
      ? [[['parameters', name], undefined]]
      : [];
  });
}

function Parameters({ root, vocabulary, violations, disabled, onChange }: FormProps) {
  const losses = armOf(root, 'loss');
  const models = armOf(root, 'model');
  return (
    <fieldset className="space-y-4">
      <legend className="mb-2 font-semibold">Search space</legend>
      {PARAMETERS.filter(
        ({ loss, model }) =>
          (loss === null || losses.includes(loss)) && (model === null || models.includes(model)),
      ).map(({ name, symbol, title, loss, model, hint }) => (
        <ParameterField
          key={name}
          name={name}
          label={
            <span className="flex flex-wrap items-center gap-x-2">
              <ParameterSymbol text={symbol} /> <span className="font-normal text-muted">{title}</span>{' '}
              {loss && <Loss loss={loss} />}
              {model && <span className="font-normal text-muted">{model}</span>}
            </span>
          }
          hint={hint}
          placeholder={loss === null ? `default ${vocabulary.defaults[name]}` : 'say 0.1, 0.2'}
          domain={domainOf(root, name)}
          errors={errorsAt(violations, [`parameters.${name}`, `training.${name}`])}
          disabled={disabled}
          onChange={(domain) => onChange(domainChanges(root, name, domain))}
        />
      ))}
    </fieldset>
  );
}

function Training({ root, vocabulary, violations, disabled, onChange }: FormProps) {
  const { defaults } = vocabulary;
  return (
    <fieldset>
      <legend className="mb-2 font-semibold">Training</legend>
      <div className="grid grid-cols-2 gap-x-3 gap-y-4 sm:grid-cols-3">
        {SETTINGS.map(({ name, label }) => {
          const value = valueAt(root, ['training', name]);
          return (
            <Field
              key={name}
              label={label}
              errors={errorsAt(violations, [`training.${name}`, `parameters.${name}`])}
            >
              {(control) => (
                <EntryInput
                  {...control}
                  name={name}
                  placeholder={String(defaults[name])}
                  value={entriesOf(value)[0] ?? null}
                  disabled={disabled}
                  onChange={(entry) => onChange([[['training', name], entry ?? undefined]])}
                />
              )}
            </Field>
          );
        })}
        <Field label="Top K" errors={errorsAt(violations, ['training.topk'])}>
          {(control) => (
            <EntryListInput
              {...control}
              name="topk"
              placeholder="automatic"
              value={entriesOf(valueAt(root, ['training', 'topk']))}
              disabled={disabled}
              onChange={(values) =>
                onChange([[['training', 'topk'], values.length === 0 ? undefined : values]])
              }
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

/** What the file names but the platform lacks stays visible, so that it can be switched off. */
function withUnknown(known: readonly string[], chosen: readonly string[]): { value: string }[] {
  return [...new Set([...known, ...chosen])].map((value) => ({ value }));
}
