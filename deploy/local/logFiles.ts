/** One log file a process under `logs/` of the data directory. */
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE_BYTES } from './tunables.js';

export type LogFiles = {
  /** Receiver of one process's lines. */
  of(name: string): (line: string) => void;
  pathOf(name: string): string;
  close(): Promise<void>;
};

/** @param echo hears every line too (--verbose) */
export function openLogFiles(dataDir: string, echo?: (name: string, line: string) => void): LogFiles {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const streams = new Map<string, WriteStream>();
  const pathOf = (name: string) => join(folder, `${name}.log`);
  const open = (name: string): WriteStream => {
    moveAwayLarge(pathOf(name));
    const stream = createWriteStream(pathOf(name), { flags: 'a', mode: 0o600 });
    // A full disk costs log lines, not the platform.
    stream.on('error', () => {});
    streams.set(name, stream);
    return stream;
  };
  return {
    of(name) {
      const stream = streams.get(name) ?? open(name);
      return (line) => {
        stream.write(`${line}\n`);
        echo?.(name, line);
      };
    },
    pathOf,
    async close() {
      await Promise.all([...streams.values()].map((stream) => new Promise<void>((done) => stream.end(done))));
    },
  };
}

function moveAwayLarge(path: string): void {
  try {
    if (statSync(path).size > LOG_FILE_BYTES) renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
