'use client';
/** One of a few, side by side: radio buttons that look like a switch. */
import clsx from 'clsx';
import { useId } from 'react';

type SegmentedProps<Value extends string> = {
  label: string;
  options: readonly { value: Value; label: string }[];
  value: Value;
  disabled?: boolean;
  onChange: (value: Value) => void;
};

export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      className="inline-flex max-w-full rounded-md border border-line bg-sunken p-0.5"
    >
      {props.options.map(({ value, label }) => (
        <label
          key={value}
          className={clsx(
            'rounded-sm px-2.5 text-sm leading-6 select-none',
            'has-focus-visible:outline-2 has-focus-visible:outline-accent',
            props.disabled ? 'opacity-60' : 'cursor-pointer',
            value === props.value ? 'bg-raised font-medium shadow-sm' : 'text-muted hover:text-fg',
          )}
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={value === props.value}
            disabled={props.disabled}
            onChange={() => props.onChange(value)}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
