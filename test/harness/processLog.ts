/** What the processes of a test wrote, and a way to wait for the next line of a kind. */

type Waiter = { matches(line: string): boolean; resolve(line: string): void };

const KEPT_LINES = 2_000;

export class ProcessLog {
  readonly lines: string[] = [];
  #waiters: Waiter[] = [];

  /** Receiver of one process's lines. */
  from(name: string): (line: string) => void {
    return (line) => this.#add(`${name}: ${line}`);
  }

  /** A line that matches, written already or to come. */
  line(pattern: RegExp, withinMs?: number): Promise<string> {
    const written = this.lines.find((line) => pattern.test(line));
    return written === undefined ? this.next(pattern, withinMs) : Promise.resolve(written);
  }

  /** The next line that matches, from now on. @param withinMs rejects with the last lines when none came by then */
  next(pattern: RegExp, withinMs = 20_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seen = this.lines.slice(-30).join('\n');
        reject(new Error(`no line like ${pattern} within ${withinMs} ms; the last ones:\n${seen}`));
      }, withinMs);
      const done = (line: string) => {
        clearTimeout(timer);
        resolve(line);
      };
      this.#waiters.push({ matches: (line) => pattern.test(line), resolve: done });
    });
  }

  #add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    const woken = this.#waiters.filter((waiter) => waiter.matches(line));
    this.#waiters = this.#waiters.filter((waiter) => !woken.includes(waiter));
    for (const waiter of woken) waiter.resolve(line);
  }
}
