'use client';
/** A page whose data could not be had: the cause, the next action, and a retry by itself where waiting helps. */
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { Button, ButtonLink } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/errorState';
import type { Problem } from '@/lib/problem';

export function Refused({ problem }: { problem: Problem }) {
  const router = useRouter();
  const { retryAfterS } = problem;
  useEffect(() => {
    if (retryAfterS === null) return undefined;
    const timer = setInterval(() => router.refresh(), retryAfterS * 1000);
    return () => clearInterval(timer);
  }, [retryAfterS, router]);
  return (
    <ErrorState
      title={problem.title}
      detail={`${problem.detail}${retryAfterS === null ? '' : ' This page is retrying by itself.'}`}
      code={problem.code}
      waiting={retryAfterS !== null}
      actions={
        <>
          <Button onClick={() => router.refresh()}>Try again</Button>
          <ButtonLink href="/sweeps" variant="quiet">
            All sweeps
          </ButtonLink>
        </>
      }
    />
  );
}
