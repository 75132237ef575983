/** A secret on disk, mode 0600: made once, then read. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { newToken } from '@adt/proto/token';

/** The file's secret; a new random one of 43 URL-safe characters when there is none yet. */
export function secretIn(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${newToken()}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8').trim();
}
