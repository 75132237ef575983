/** The socket.io contract between coordinator and browser: one snapshot, then versioned deltas. */
import type { SweepSummary, TrialSummary } from './gen/adt/v1/search.js';

/** Room the browser watches: the list of sweeps, or one sweep with its trials and objective curves. */
export type Topic =
  | { kind: 'sweeps' }
  | { kind: 'sweep'; sweepId: number }
  | { kind: 'trial'; trialId: number };

/** One new point of a curve. `value` is null where it was not finite. */
export type LivePoint = {
  trialId: number;
  epoch: number;
  metric: string;
  step: number;
  value: number | null;
};

/**
 * What changed since `version - 1`. A client that misses a version subscribes anew.
 * Rows replace rows of the same id. A point with a higher epoch than the client's curve voids that curve:
 * the older attempt was superseded.
 */
export type Delta = {
  topic: string;
  version: number;
  sweeps: SweepSummary[];
  trials: TrialSummary[];
  points: LivePoint[];
  /** Server time when the newest change was committed, milliseconds since 1970. */
  committedMs: number;
};

/** Answer to `subscribe`: deltas with a version above this one follow. The state itself is fetched over HTTP. */
export type Subscribed = { topic: string; version: number };

export type Refused = { error: string };

export interface ServerToClient {
  delta: (delta: Delta) => void;
}

export interface ClientToServer {
  subscribe: (topic: Topic, reply: (answer: Subscribed | Refused) => void) => void;
  unsubscribe: (topic: Topic) => void;
}

/** Handshake `auth` payload: a short-lived ticket that the dashboard's server mints for a signed-in browser. */
export type LiveAuth = { ticket: string };

export function topicKey(topic: Topic): string {
  switch (topic.kind) {
    case 'sweeps':
      return 'sweeps';
    case 'sweep':
      return `sweep:${topic.sweepId}`;
    case 'trial':
      return `trial:${topic.trialId}`;
    default:
      return topic satisfies never;
  }
}
