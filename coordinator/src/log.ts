/** The log: one JSON object a line on stderr. Secrets never go in: callers pass named fields, not whole objects. */

export type Fields = Record<string, string | number | boolean | null | undefined>;
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', msg: string, fields?: Fields) => void;

/** Writes to stderr; `debug` lines only when asked for. */
export function stderrLog(verbose: boolean): Log {
  return (level, msg, fields) => {
    if (level === 'debug' && !verbose) return;
    process.stderr.write(`${JSON.stringify({ level, msg, time: new Date().toISOString(), ...fields })}\n`);
  };
}

/** What went wrong, with its causes, without a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  return error.cause === undefined ? own : `${own}: ${reasonOf(error.cause)}`;
}
