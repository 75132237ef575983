/** The folder of all long-lived state: private to its owner. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { serverUser } from './postgresHome.js';

/**
 * Makes the data directory when it is missing; one that exists keeps the mode its owner gave it. A directory that
 * root makes lets the user through that Postgres will run as, and no one else.
 */
export function openDataDir(dataDir: string): void {
  const isNew = mkdirSync(dataDir, { recursive: true }) !== undefined;
  if (isNew) makePrivate(dataDir);
}

/** For our own folders. */
export function makePrivate(directory: string): void {
  const user = serverUser();
  if (user !== null) chownSync(directory, 0, user.gid);
  chmodSync(directory, user === null ? 0o700 : 0o710);
}
