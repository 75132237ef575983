/** Made-up trainings: what points an attempt reports, and when. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MetricPoint } from '@adt/proto/gen/adt/v1/common';
import type { Attempt } from '@adt/worker/agent/attempt';
import { OBJECTIVE } from './sweepText.js';

/**
 * - `short`: that many points, then the end.
 * - `flood`: as many as the coordinator takes, until the worker is told to stop.
 * - `paced`: a few points now and then until the worker is told to stop; their values are the time they were made.
 */
export type Training =
  | { kind: 'short'; points: number }
  | { kind: 'flood' }
  | { kind: 'paced'; points: number; everyMs: number };

/** Makes the points of one attempt. @param stop the worker wants to stop */
export type Train = (attempt: Attempt, stop: AbortSignal) => Promise<void>;

/** Of a flood, spooled and not acked: more than the reporter keeps on its way, so that it never waits for us. */
const BACKLOG_POINTS = 4_000;
const CHUNK_POINTS = 500;
const REST_MS = 2;
/** As from a real training: the loss often, the objective now and then. */
const LOSSES_PER_OBJECTIVE = 9;

export function trainingOf(training: Training): Train {
  switch (training.kind) {
    case 'short':
      return async ({ reporter }) => reporter.append(pointsAt(0, training.points), training.points);
    case 'flood':
      return flood;
    case 'paced':
      return (attempt, stop) => pace(attempt, stop, training);
    default:
      return training satisfies never;
  }
}

async function flood({ reporter, orders }: Attempt, stop: AbortSignal): Promise<void> {
  for (let made = 0; !stop.aborted && !orders.stop.aborted; ) {
    if (reporter.backlog >= BACKLOG_POINTS) {
      await delay(REST_MS);
      continue;
    }
    reporter.append(pointsAt(made, CHUNK_POINTS), 0);
    made += CHUNK_POINTS;
  }
}

async function pace(
  { reporter, orders }: Attempt,
  stop: AbortSignal,
  { points, everyMs }: { points: number; everyMs: number },
): Promise<void> {
  // Workers that start together would report together.
  await delay(Math.random() * everyMs);
  for (let made = 0; !stop.aborted && !orders.stop.aborted; made += points) {
    reporter.append(pointsAt(made, points, nowMs()), 0);
    await delay(everyMs);
  }
}

/** Milliseconds since 1970, finer than Date has them; the same in every process of a machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The points after the first `made`: a point an iteration. */
function pointsAt(made: number, count: number, value?: number): MetricPoint[] {
  return Array.from({ length: count }, (_, at) => {
    const step = made + at + 1;
    const isObjective = step % (LOSSES_PER_OBJECTIVE + 1) === 0;
    return { step, metric: isObjective ? OBJECTIVE : 'train/loss', value: value ?? 1 / step };
  });
}
