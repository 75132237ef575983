/** The platform's own select: right on a phone, right for a screen reader, in the house look. */
import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { CONTROL } from './field';

type SelectProps = ComponentProps<'select'> & { options: readonly { value: string; label: string }[] };

export function Select({ options, className, ...rest }: SelectProps) {
  return (
    <span className={clsx('relative block', className)}>
      <select className={clsx(CONTROL, 'appearance-none pr-8')} {...rest}>
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        size={14}
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2.5 text-muted"
      />
    </span>
  );
}
