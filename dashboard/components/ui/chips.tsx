'use client';
/** A choice of several from a few: real check boxes that look like chips. */
import clsx from 'clsx';
import { Check, Plus } from 'lucide-react';
import type { ReactNode } from 'react';

type ChipsProps = {
  options: readonly { value: string; label?: ReactNode }[];
  chosen: readonly string[];
  disabled?: boolean;
  onChange: (chosen: string[]) => void;
};

export function Chips({ options, chosen, disabled = false, onChange }: ChipsProps) {
  const toggle = (value: string) => {
    const isOn = chosen.includes(value);
    // In the order of the options, so that the file does not depend on the order of clicks.
    const known = options
      .map((option) => option.value)
      .filter((v) => (v === value ? !isOn : chosen.includes(v)));
    onChange(known);
  };
  return (
    <div className="flex flex-wrap gap-1.5">
      {options.map(({ value, label }) => {
        const Icon = chosen.includes(value) ? Check : Plus;
        return (
          <label
            key={value}
            className={clsx(
              'inline-flex h-8 max-w-full items-center gap-1.5 rounded-md border px-2.5 text-sm select-none',
              'has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2',
              disabled ? 'opacity-60' : 'cursor-pointer',
              chosen.includes(value)
                ? 'border-ink bg-sunken font-medium'
                : 'border-line text-muted hover:border-line-strong',
            )}
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={chosen.includes(value)}
              disabled={disabled}
              onChange={() => toggle(value)}
            />
            <Icon aria-hidden size={13} />
            <span className="truncate">{label ?? value}</span>
          </label>
        );
      })}
    </div>
  );
}
