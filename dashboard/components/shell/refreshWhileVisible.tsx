'use client';
/** Renders the page anew while it is looked at: for what has no live topic. */
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

/** A worker's heartbeat: more often shows nothing new. */
const EVERY_MS = 5_000;

export function RefreshWhileVisible() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => document.hidden || router.refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
