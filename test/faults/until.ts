/** Waiting for a state with a deadline: the one way in which a fault waits. */
import { setTimeout as delay } from 'node:timers/promises';

/** What a fault found out of order. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

const LOOK_EVERY_MS = 40;

/**
 * Asks until the answer is neither undefined nor false. An error counts as "not yet": who asks may be asking a server
 * that is down.
 * @throws Broken when the deadline comes first, with the last error
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof Broken) throw error;
      last = error;
    }
    await delay(LOOK_EVERY_MS);
  }
  const why = last instanceof Error ? ` (${last.message})` : '';
  throw new Broken(`${what}: not within ${withinMs / 1_000} s${why}`);
}

/** Lets that much time pass: the seeded moment of a fault, or the length of an outage. Nothing is awaited with it. */
export function pass(ms: number): Promise<void> {
  return delay(ms);
}
