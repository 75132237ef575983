/** Turns changes into deltas: at most one a topic and interval, at once when the topic was quiet, versions without gaps. */
import { type Delta, type LivePoint, type Topic, topicKey } from '@adt/proto/live';
import { type Log, reasonOf } from '../log.js';
import { LIMITS } from '../tunables.js';
import type { Change } from './changes.js';

/** What a delta has to tell. */
export type Dirty = { sweepIds: number[]; trialIds: number[] };
export type Rows = Pick<Delta, 'sweeps' | 'trials'>;

export type TopicsParams = {
  intervalMs: number;
  /** Reads rows as they are now. */
  read: (dirty: Dirty) => Promise<Rows>;
  emit: (delta: Delta) => void;
  log: Log;
};

type Watched = {
  topic: Topic;
  key: string;
  subscribers: number;
  version: number;
  sweepIds: Set<number>;
  trialIds: Set<number>;
  points: LivePoint[];
  /** Points had to be dropped, or did not come: the next version is skipped, which makes every client refetch. */
  lossy: boolean;
  committedMs: number;
  /** Monotonic milliseconds before which no delta may go out. */
  notBefore: number;
  timer: NodeJS.Timeout | null;
  reading: boolean;
};

export class Topics {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly params: TopicsParams) {}

  /** One more subscriber. Deltas above the returned version follow. */
  subscribe(topic: Topic): number {
    const key = topicKey(topic);
    const watched = this.#watched.get(key) ?? fresh(topic, key);
    this.#watched.set(key, watched);
    watched.subscribers += 1;
    return watched.version;
  }

  /** One subscriber fewer; a topic without any is forgotten, and its versions begin anew. */
  unsubscribe(topic: Topic): void {
    const watched = this.#watched.get(topicKey(topic));
    if (!watched) return;
    watched.subscribers -= 1;
    if (watched.subscribers > 0) return;
    if (watched.timer) clearTimeout(watched.timer);
    this.#watched.delete(watched.key);
  }

  apply(change: Change): void {
    const keys = ['sweeps', `sweep:${change.sweepId}`, ...change.trialIds.map((id) => `trial:${id}`)];
    for (const key of keys) {
      const watched = this.#watched.get(key);
      if (watched) this.#mark(watched, change);
    }
  }

  /** Something has changed, nobody knows what: every topic skips a version, which makes its browsers fetch anew. */
  missed(): void {
    for (const watched of this.#watched.values()) {
      const { topic } = watched;
      if (topic.kind === 'sweep') watched.sweepIds.add(topic.sweepId);
      if (topic.kind === 'trial') watched.trialIds.add(topic.trialId);
      watched.lossy = true;
      watched.committedMs = Math.max(watched.committedMs, Date.now());
      this.#schedule(watched);
    }
  }

  /** Nothing is emitted afterwards. */
  stop(): void {
    for (const { timer } of this.#watched.values()) if (timer) clearTimeout(timer);
    this.#watched.clear();
  }

  #mark(watched: Watched, change: Change): void {
    const { topic } = watched;
    watched.committedMs = Math.max(watched.committedMs, change.committedMs);
    if (topic.kind !== 'trial') watched.sweepIds.add(change.sweepId);
    if (topic.kind === 'sweep') for (const id of change.trialIds) watched.trialIds.add(id);
    if (topic.kind === 'trial') watched.trialIds.add(topic.trialId);
    for (const point of change.points) if (concerns(topic, point, change)) watched.points.push(point);
    if (watched.points.length > LIMITS.livePoints) {
      watched.points = [];
      watched.lossy = true;
    }
    this.#schedule(watched);
  }

  #schedule(watched: Watched): void {
    if (watched.timer || watched.reading) return;
    const waitMs = Math.max(0, watched.notBefore - performance.now());
    watched.timer = setTimeout(() => void this.#flush(watched), waitMs);
  }

  async #flush(watched: Watched): Promise<void> {
    watched.timer = null;
    watched.reading = true;
    watched.notBefore = performance.now() + this.params.intervalMs;
    const trialIds = [...watched.trialIds].slice(0, LIMITS.liveRows);
    const sweepIds = [...watched.sweepIds];
    for (const id of trialIds) watched.trialIds.delete(id);
    watched.sweepIds.clear();
    // Taken before the read: the rows are then at least as new as the points.
    const points = watched.points.splice(0);
    try {
      const rows = await this.params.read({ sweepIds, trialIds });
      watched.version += watched.lossy ? 2 : 1;
      watched.lossy = false;
      if (this.#watched.get(watched.key) === watched) {
        const { key: topic, version, committedMs } = watched;
        this.params.emit({ topic, version, ...rows, points, committedMs });
      }
    } catch (error) {
      this.params.log('warn', 'no delta', { topic: watched.key, reason: reasonOf(error) });
      for (const id of trialIds) watched.trialIds.add(id);
      for (const id of sweepIds) watched.sweepIds.add(id);
      watched.points.unshift(...points);
    } finally {
      watched.reading = false;
      if (this.#watched.get(watched.key) === watched && isDirty(watched)) this.#schedule(watched);
    }
  }
}

function fresh(topic: Topic, key: string): Watched {
  return {
    topic,
    key,
    subscribers: 0,
    version: 0,
    sweepIds: new Set(),
    trialIds: new Set(),
    points: [],
    lossy: false,
    committedMs: 0,
    notBefore: 0,
    timer: null,
    reading: false,
  };
}

function concerns(topic: Topic, point: LivePoint, change: Change): boolean {
  switch (topic.kind) {
    case 'sweeps':
      return false;
    case 'sweep':
      return point.metric === change.objective;
    case 'trial':
      return point.trialId === topic.trialId;
    default:
      return topic satisfies never;
  }
}

function isDirty(watched: Watched): boolean {
  return watched.sweepIds.size + watched.trialIds.size + watched.points.length > 0 || watched.lossy;
}
