'use client';
/** A value that changes often, passed on no more often than something slow can draw it. */
import { useEffect, useRef, useState } from 'react';

/** The newest value, at most once in `everyMs`; never older than that. */
export function useThrottled<T>(value: T, everyMs: number): T {
  const [passed, setPassed] = useState(value);
  const passedAtMs = useRef(0);
  useEffect(() => {
    const waitMs = Math.max(0, everyMs - (Date.now() - passedAtMs.current));
    const timer = setTimeout(() => {
      passedAtMs.current = Date.now();
      setPassed(value);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [value, everyMs]);
  return passed;
}
