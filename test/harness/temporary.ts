/** Folders that go with the test file. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './cleanup.js';

/** An empty folder, removed when the test file ends. Other OS users may pass through, as a data directory needs. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `adt-test-${name}-`));
  chmodSync(folder, 0o711);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
