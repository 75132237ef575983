/** What feeds a page: deltas a frame at a time, and a new snapshot whenever something may be missing. */
import type { Delta, Topic } from '@adt/proto/live';
import { connectLive } from './connection';
import { fetchProblem } from './fetchProblem';
import { DELAYED_AFTER_MS, REFETCH_EVERY_MS, RETRY_MAX_MS } from './tunables';

export type LiveStatus = 'connecting' | 'live' | 'delayed' | 'reconnecting';

export type FeedParams = {
  topic: Topic;
  /** Route of the snapshot. */
  url: string;
  /** Each delta also brings a new snapshot, at most one a second. */
  refetchOnDelta: boolean;
  onStatus: (status: LiveStatus) => void;
  onDeltas: (deltas: Delta[]) => void;
  /** `version` was known before the snapshot was asked for; `deltas` came while it was on its way. */
  onSnapshot: (json: unknown, version: number | null, deltas: Delta[]) => void;
};

export class LiveFeed {
  private readonly closed = new AbortController();
  private readonly disconnect: () => void;
  /** Newest version seen, whether applied or passed over. */
  private version: number | null = null;
  private waiting: Delta[] = [];
  private frame = 0;
  private fetching = false;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Smallest lag seen: what clocks differ by, plus the shortest way. */
  private leastLagMs = Number.POSITIVE_INFINITY;

  constructor(private readonly params: FeedParams) {
    this.disconnect = connectLive(params.topic, {
      subscribed: (version) => this.onSubscribed(version),
      delta: (delta) => this.onDelta(delta),
      lost: () => params.onStatus('reconnecting'),
      signedOut: leaveToLogin,
    });
    document.addEventListener('visibilitychange', this.onVisible);
  }

  /** Safe to call twice. */
  close(): void {
    this.closed.abort();
    this.disconnect();
    this.dropFrame();
    if (this.timer) clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  /** Asks for a new snapshot; one in flight is followed by another, for it may be older than the wish. */
  readonly refetch = async (): Promise<void> => {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    this.dropFrame();
    const version = this.version;
    const answer = await fetchProblem(this.params.url, { signal: this.closed.signal });
    this.fetching = false;
    if (this.closed.signal.aborted) return;
    if (!answer.ok) {
      this.onRefused(answer.problem.status);
      return;
    }
    this.params.onSnapshot(answer.value, version, this.takeWaiting());
    if (this.version !== null) this.params.onStatus('live');
    if (this.again) this.refetchIn(0);
    this.again = false;
  };

  private onSubscribed(version: number): void {
    this.version = version;
    this.waiting = [];
    void this.refetch();
  }

  private onDelta(delta: Delta): void {
    this.version = delta.version;
    // A hidden page gets no frames to draw in; it starts afresh when it is looked at again.
    if (document.hidden) return;
    this.waiting.push(delta);
    this.judgeLag(Date.now() - delta.committedMs);
    if (this.params.refetchOnDelta) this.refetchIn(REFETCH_EVERY_MS);
    if (!this.fetching) this.frame ||= requestAnimationFrame(() => this.onFrame());
  }

  private onFrame(): void {
    this.frame = 0;
    this.params.onDeltas(this.takeWaiting());
  }

  private onRefused(status: number): void {
    if (status === 401) leaveToLogin();
    this.params.onStatus('delayed');
    this.again = false;
    this.refetchIn(RETRY_MAX_MS / 4);
  }

  private readonly onVisible = (): void => {
    if (!document.hidden) void this.refetch();
  };

  private judgeLag(lagMs: number): void {
    this.leastLagMs = Math.min(this.leastLagMs, lagMs);
    this.params.onStatus(lagMs - this.leastLagMs > DELAYED_AFTER_MS ? 'delayed' : 'live');
  }

  private refetchIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.refetch();
    }, ms);
  }

  private takeWaiting(): Delta[] {
    const deltas = this.waiting;
    this.waiting = [];
    return deltas;
  }

  private dropFrame(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}

function leaveToLogin(): void {
  location.assign('/login');
}
