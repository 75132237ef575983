'use client';
/** Times that move by themselves. */
import { useEffect, useState } from 'react';
import { formatAgo, formatDuration } from '@/format/time';

/** Now, renewed every `everyMs`; server and browser may differ, so the text around it must allow for that. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function Ago({ ms }: { ms: number }) {
  const now = useNow(5_000);
  return (
    <time dateTime={new Date(ms).toISOString()} title={new Date(ms).toISOString()} suppressHydrationWarning>
      {formatAgo(ms, now)}
    </time>
  );
}

/** From start to end, or to now while it lasts. */
export function Elapsed({ fromMs, toMs }: { fromMs: number; toMs: number | undefined }) {
  return toMs === undefined ? <Ticking fromMs={fromMs} /> : formatDuration(toMs - fromMs);
}

function Ticking({ fromMs }: { fromMs: number }) {
  const now = useNow(1_000);
  return <span suppressHydrationWarning>{formatDuration(now - fromMs)}</span>;
}
