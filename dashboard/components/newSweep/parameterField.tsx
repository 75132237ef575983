'use client';
/** One searched parameter: a list of values, or a range. */
import type { ReactNode } from 'react';
import { Field } from '@/components/ui/field';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { EntryInput, EntryListInput } from './entryInputs';
import type { Domain } from './sweepFile';

type ParameterFieldProps = {
  label: ReactNode;
  name: string;
  hint: string;
  placeholder: string;
  domain: Domain;
  errors: readonly string[];
  disabled: boolean;
  onChange: (domain: Domain) => void;
};

const FORMS = [
  { value: 'values', label: 'Values' },
  { value: 'range', label: 'Range' },
] as const;

const SCALES = [
  { value: 'linear', label: 'linear' },
  { value: 'log', label: 'log' },
] as const;

export function ParameterField(props: ParameterFieldProps) {
  const { label, name, hint, placeholder, domain, errors, disabled, onChange } = props;
  return (
    <Field group label={label} hint={hint} errors={errors}>
      {(control) => (
        <div className="flex flex-wrap items-center gap-2">
          <Segmented
            label={`${name}: values or range`}
            options={FORMS}
            value={domain.form}
            disabled={disabled}
            onChange={(form) => onChange(convert(domain, form))}
          />
          {domain.form === 'values' ? (
            <div className="min-w-40 flex-1">
              <EntryListInput
                {...control}
                aria-label={`${name}: values`}
                name={name}
                placeholder={placeholder}
                value={domain.values}
                disabled={disabled}
                onChange={(values) => onChange({ form: 'values', values })}
              />
            </div>
          ) : (
            <Range {...props} domain={domain} invalid={errors.length > 0} />
          )}
        </div>
      )}
    </Field>
  );
}

type RangeProps = ParameterFieldProps & { domain: Extract<Domain, { form: 'range' }>; invalid: boolean };

function Range({ name, domain, invalid, disabled, onChange }: RangeProps) {
  const end = (key: 'min' | 'max' | 'step') => (
    <div className="min-w-16 flex-1">
      <EntryInput
        aria-label={`${name}: ${key}`}
        aria-invalid={invalid || undefined}
        name={`${name}.${key}`}
        placeholder={key}
        value={domain[key]}
        disabled={disabled}
        onChange={(value) => onChange({ ...domain, [key]: value })}
      />
    </div>
  );
  return (
    <div className="flex min-w-56 flex-1 flex-wrap items-center gap-2">
      {end('min')}
      <span className="text-muted">to</span>
      {end('max')}
      {!domain.log && end('step')}
      <Select
        className="w-24"
        aria-label={`${name}: scale`}
        options={SCALES}
        value={domain.log ? 'log' : 'linear'}
        disabled={disabled}
        onChange={(event) => onChange({ ...domain, log: event.target.value === 'log' })}
      />
    </div>
  );
}

/** Keeps what can be kept: the ends of a list, the ends of a range. */
function convert(domain: Domain, form: Domain['form']): Domain {
  if (form === domain.form) return domain;
  if (domain.form === 'range') {
    return { form: 'values', values: [domain.min, domain.max].filter((end) => end !== null) };
  }
  const numbers = domain.values.filter((value) => typeof value === 'number');
  const has = numbers.length > 0;
  return {
    form: 'range',
    min: has ? Math.min(...numbers) : 0.01,
    max: has ? Math.max(...numbers) : 0.1,
    step: null,
    log: false,
  };
}
