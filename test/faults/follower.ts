/** Keeps up with a topic as the dashboard does: a snapshot first, then its deltas; a gap means a new snapshot. */

type Versioned = { version: number };

export type FollowerParams<D extends Versioned> = {
  /** Subscribes, then fetches what the deltas build on. @returns the version that deltas follow */
  fetch: () => Promise<number>;
  apply: (delta: D) => void;
  /** Asked after a fetch has failed: a connection that is away begins anew when it is back. */
  connected: () => boolean;
};

const RETRY_MS = 200;

export class Follower<D extends Versioned> {
  #failure = '';
  #version: number | null = null;
  #fetching = false;
  /** The fetch under way belongs to a connection that is gone: its subscription went with it. */
  #again = false;
  /** Deltas that come while the snapshot is fetched are newer than it, or repeat what it says. */
  #waiting: D[] = [];

  constructor(private readonly params: FollowerParams<D>) {}

  /** To be called at each connect. */
  anew(): void {
    this.#version = null;
    if (this.#fetching) this.#again = true;
    else void this.#fetch();
  }

  take(delta: D): void {
    if (this.#fetching) return void this.#waiting.push(delta);
    if (this.#version === null || delta.version <= this.#version) return;
    if (delta.version > this.#version + 1) {
      this.anew();
    } else {
      this.#version = delta.version;
      this.params.apply(delta);
    }
  }

  /** For a finding: where it stands, and what the last fetch failed with. */
  get standing(): string {
    const failure = this.#failure;
    return `at version ${this.#version}${this.#fetching ? ', fetching' : ''}${failure === '' ? '' : `, last fetch: ${failure}`}`;
  }

  async #fetch(): Promise<void> {
    this.#fetching = true;
    this.#waiting = [];
    const version = await this.params.fetch().catch((error: Error) => {
      this.#failure = error.message;
      return null;
    });
    this.#fetching = false;
    const again = this.#again;
    this.#again = false;
    if (again) {
      this.anew();
    } else if (version !== null) {
      this.#failure = '';
      this.#version = version;
      for (const delta of this.#waiting.splice(0)) this.take(delta);
    } else if (this.params.connected()) {
      setTimeout(() => this.anew(), RETRY_MS);
    }
  }
}
