/** Several servers of which any will do: calls go to one of them until it does not answer, then to the next. */

export class Rotation<Server> {
  #at: number;

  /**
   * @param servers at least one
   * @param first index of the one to begin with, say at random so that many callers spread
   * @throws RangeError without a server
   */
  constructor(
    readonly servers: readonly Server[],
    first = 0,
  ) {
    if (servers.length === 0) throw new RangeError('there must be at least one server');
    this.#at = first % servers.length;
  }

  get current(): Server {
    return this.servers[this.#at] as Server;
  }

  /** This one does not answer. Who comes late, after somebody else has moved on already, changes nothing. */
  leave(server: Server): void {
    if (server === this.current) this.#at = (this.#at + 1) % this.servers.length;
  }
}

/** host:port, or several of them with commas between. */
export const ADDRESSES = /^[^\s,;]+:\d{1,5}(,[^\s,;]+:\d{1,5})*$/;

/** gRPC's number for UNAVAILABLE: nobody answers there, or somebody who can't just now. */
export const UNAVAILABLE = 14;
/** DEADLINE_EXCEEDED: somebody may be there who is frozen. */
export const DEADLINE_EXCEEDED = 4;

/** A failed call that never got to a server: it may be made elsewhere, whatever it does. */
export function neverLeft(error: { code: number; details: string }): boolean {
  return error.code === UNAVAILABLE && error.details.startsWith('No connection established');
}
