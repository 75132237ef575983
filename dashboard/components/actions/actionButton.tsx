'use client';
/** A button for a change that may not be possible now: it stays reachable, and says why not. */
import { type ReactNode, useId } from 'react';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';

type ActionButtonProps = {
  /** Why it can't be done now; null: it can. */
  reason?: string | null;
  busy?: boolean;
  variant?: 'primary' | 'quiet' | 'outline' | 'danger';
  onClick: () => void;
  children: ReactNode;
};

/** `aria-disabled` instead of `disabled`: a keyboard still reaches it, and a screen reader reads the reason. */
export function ActionButton({ reason = null, busy = false, variant, onClick, children }: ActionButtonProps) {
  const id = useId();
  const button = (
    <Button
      size="sm"
      variant={variant}
      className={reason === null ? undefined : 'cursor-not-allowed opacity-45'}
      aria-disabled={reason !== null || busy || undefined}
      aria-describedby={reason === null ? undefined : id}
      onClick={() => reason === null && !busy && onClick()}
    >
      {children}
    </Button>
  );
  if (reason === null) return button;
  return (
    <>
      <Tooltip content={reason}>{button}</Tooltip>
      <span id={id} className="sr-only">
        {reason}
      </span>
    </>
  );
}
