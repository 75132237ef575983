/** Attempts side by side: a row a worker, a lane for each that ran at the same time. Pure. */
import type { SweepAttempt } from '@adt/proto/gen/adt/v1/search';

export type PlacedAttempt = SweepAttempt & {
  /** From 0 within the worker. */
  lane: number;
  /** Of its end, or now while it is open. */
  untilMs: number;
};

export type WorkerRow = { workerId: string; lanes: number; attempts: readonly PlacedAttempt[] };

export type Timeline = { fromMs: number; toMs: number; rows: readonly WorkerRow[] };

/** Workers by name; each attempt takes the first lane that is free when it starts. Null without attempts. */
export function timelineOf(attempts: readonly SweepAttempt[], nowMs: number): Timeline | null {
  if (attempts.length === 0) return null;
  const byWorker = new Map<string, SweepAttempt[]>();
  for (const attempt of attempts) {
    const own = byWorker.get(attempt.workerId);
    if (own) own.push(attempt);
    else byWorker.set(attempt.workerId, [attempt]);
  }
  const rows = [...byWorker]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([workerId, own]) => rowOf(workerId, own, nowMs));
  const placed = rows.flatMap((row) => row.attempts);
  const fromMs = placed.reduce(
    (least, { startedMs }) => Math.min(least, startedMs),
    Number.POSITIVE_INFINITY,
  );
  const toMs = placed.reduce((most, { untilMs }) => Math.max(most, untilMs), fromMs + 1);
  return { fromMs, toMs, rows };
}

function rowOf(workerId: string, own: readonly SweepAttempt[], nowMs: number): WorkerRow {
  const free: number[] = [];
  const attempts = [...own]
    .sort((a, b) => a.startedMs - b.startedMs)
    .map((attempt): PlacedAttempt => {
      // A clock that is behind must not draw an open attempt backwards.
      const untilMs = attempt.endedMs ?? Math.max(nowMs, attempt.startedMs);
      const found = free.findIndex((freeFrom) => freeFrom <= attempt.startedMs);
      const lane = found === -1 ? free.length : found;
      free[lane] = untilMs;
      return { ...attempt, lane, untilMs };
    });
  return { workerId, lanes: free.length, attempts };
}
