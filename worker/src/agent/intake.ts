/** Whether the worker takes trials: shut and opened again by the coordinator, while what is taken goes on. */

export class Intake {
  private shut = new AbortController();
  /** Resolves `waiting` when the intake opens. */
  private open: (() => void) | null = null;
  private waiting: Promise<void> = Promise.resolve();

  /** Says whether the intake is to be shut; a repeat changes nothing. @returns whether this is news */
  set(isShut: boolean): boolean {
    if (isShut === this.shut.signal.aborted) return false;
    if (isShut) {
      this.waiting = new Promise((resolve) => {
        this.open = resolve;
      });
      this.shut.abort();
    } else {
      this.shut = new AbortController();
      this.open?.();
    }
    return true;
  }

  /** Waits until trials may be taken. @returns a signal that aborts when they may no more; null: `end` came first */
  async opened(end: AbortSignal): Promise<AbortSignal | null> {
    while (this.shut.signal.aborted && !end.aborted) await Promise.race([this.waiting, aborted(end)]);
    return end.aborted ? null : AbortSignal.any([end, this.shut.signal]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
