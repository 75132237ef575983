/** Tells what this machine's disk refuses from what a network or a server does. */

/** Full, over quota, over the limit of a file, read-only, broken. */
const CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'];

/** Whether another try here would fare the same, and another machine better. Looks at causes, too. */
export function isDiskError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && CODES.includes(String(error.code))) return true;
  return isDiskError(error.cause);
}
