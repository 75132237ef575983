'use client';
/** A labelled control with its hint and its error; the error is announced and tied to the control. */
import clsx from 'clsx';
import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';

type ControlProps = { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string };

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  errors?: readonly string[];
  className?: string;
  /** A group of controls (chips, several inputs) is labelled as a group. */
  group?: boolean;
  children: (control: ControlProps) => ReactNode;
};

export function Field({ label, hint, errors = [], className, group = false, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const described = hint !== undefined || errors.length > 0;
  const control: ControlProps = {
    id,
    ...(errors.length > 0 && { 'aria-invalid': true as const }),
    ...(described && { 'aria-describedby': noteId }),
  };
  const notes = (
    <div id={noteId} className="mt-1 text-xs">
      <ErrorList errors={errors} />
      {errors.length === 0 && hint !== undefined && <p className="text-muted">{hint}</p>}
    </div>
  );
  if (group) {
    return (
      <fieldset className={clsx('min-w-0', className)} aria-describedby={described ? noteId : undefined}>
        <legend className="mb-1 font-medium text-sm">{label}</legend>
        {children(control)}
        {notes}
      </fieldset>
    );
  }
  return (
    <div className={clsx('min-w-0', className)}>
      <label htmlFor={id} className="mb-1 block font-medium text-sm">
        {label}
      </label>
      {children(control)}
      {notes}
    </div>
  );
}

export function ErrorList({ errors }: { errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <ul role="alert" className="space-y-0.5 text-bad">
      {errors.map((error) => (
        <li key={error} className="flex gap-1">
          <CircleAlert aria-hidden size={12} className="mt-0.5 shrink-0" />
          <span className="min-w-0">{error}</span>
        </li>
      ))}
    </ul>
  );
}

export const CONTROL =
  'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 h-9 placeholder:text-muted ' +
  'aria-invalid:border-bad disabled:opacity-60';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input autoComplete="off" spellCheck={false} className={clsx(CONTROL, className)} {...rest} />;
}
