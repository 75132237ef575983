'use client';
/** A page that broke while rendering. */
import { Button, ButtonLink } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/errorState';

export default function PageError({
  error,
  retry,
}: {
  error: Error & { digest?: string };
  retry: () => void;
}) {
  return (
    <ErrorState
      title="This page broke"
      detail="It is our mistake, and nothing was changed. The server’s log has the cause under this number."
      code={error.digest ?? error.message}
      actions={
        <>
          <Button onClick={() => retry()}>Try again</Button>
          <ButtonLink href="/sweeps" variant="quiet">
            All sweeps
          </ButtonLink>
        </>
      }
    />
  );
}
