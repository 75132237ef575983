/** Counts and times the SQL statements of this process, by their beginning; for a profile, since it costs time itself. */
import pg from 'pg';

export type StatementTime = { statement: string; count: number; totalMs: number; meanMs: number };

const TITLE_CHARS = 100;
const times = new Map<string, { count: number; totalMs: number }>();

type Query = (...args: unknown[]) => unknown;

/** From now on; `mostTimeFirst` has them. */
export function timeStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (this: unknown, ...args) {
    const began = performance.now();
    const callback = args.at(-1);
    const done = () => note(titleOf(args[0]), performance.now() - began);
    if (typeof callback === 'function') {
      args[args.length - 1] = (...results: unknown[]) => {
        done();
        return callback(...results);
      };
      return query.apply(this, args);
    }
    const result = query.apply(this, args);
    if (result instanceof Promise) result.then(done, done);
    return result;
  };
}

export function mostTimeFirst(): StatementTime[] {
  return [...times]
    .map(([statement, { count, totalMs }]) => ({ statement, count, totalMs, meanMs: totalMs / count }))
    .sort((a, b) => b.totalMs - a.totalMs);
}

function titleOf(query: unknown): string {
  if (typeof query === 'string') return shorten(query);
  const { name, text } = query as { name?: string; text?: string };
  return name ?? shorten(text ?? '');
}

function shorten(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, TITLE_CHARS);
}

function note(title: string, ms: number): void {
  const { count, totalMs } = times.get(title) ?? { count: 0, totalMs: 0 };
  times.set(title, { count: count + 1, totalMs: totalMs + ms });
}
