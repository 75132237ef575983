/** Log lines of a worker: one JSON object a line on stderr. */

type Fields = Record<string, unknown>;

export type Log = {
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
  /** The same log, with these fields on every line. */
  with(fields: Fields): Log;
};

/** @param bound fields of every line, say the worker's id */
export function createLog(bound: Fields = {}, write = (line: string) => process.stderr.write(line)): Log {
  const at =
    (level: string) =>
    (msg: string, fields: Fields = {}): void => {
      write(`${JSON.stringify({ level, msg, time: new Date().toISOString(), ...bound, ...fields })}\n`);
    };
  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => createLog({ ...bound, ...fields }, write),
  };
}

/** Message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
