/** Buttons, and links that look like them. */
import clsx from 'clsx';
import Link from 'next/link';
import type { ComponentProps } from 'react';

type Look = { variant?: 'primary' | 'quiet' | 'outline' | 'danger'; size?: 'sm' | 'md' };

const VARIANTS = {
  primary: 'bg-ink text-on-ink hover:opacity-85 border-transparent',
  outline: 'bg-surface border-line hover:border-line-strong',
  quiet: 'border-transparent text-muted hover:bg-sunken hover:text-fg',
  danger: 'border-transparent bg-bad text-on-ink hover:opacity-85',
} as const;

const SIZES = { sm: 'h-7 px-2.5 text-sm gap-1.5', md: 'h-9 px-3.5 gap-2' } as const;

function look({ variant = 'outline', size = 'md' }: Look, className?: string): string {
  return clsx(
    'inline-flex shrink-0 select-none items-center justify-center rounded-md border font-medium whitespace-nowrap',
    'transition-[background,border-color,opacity] duration-100 disabled:opacity-45',
    VARIANTS[variant],
    SIZES[size],
    className,
  );
}

export function Button({
  variant,
  size,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & Look) {
  return <button type={type} className={look({ variant, size }, className)} {...rest} />;
}

export function ButtonLink({ variant, size, className, ...rest }: ComponentProps<typeof Link> & Look) {
  return <Link className={look({ variant, size }, className)} {...rest} />;
}
