/** What the user reads when a launch failed, and the exit code that goes with it. */
import { DataError } from '@adt/worker/data/dataError';
import { DirectoryTaken } from './directoryLock.js';
import { BadInput, type LaunchOptions, type Stages } from './launchOptions.js';
import type { LogFiles } from './logFiles.js';
import { StartFailure } from './runningProcess.js';

/** @returns 2 for what the user gave, 1 for everything else */
export function explainFailure(
  error: unknown,
  context: { options: LaunchOptions; stages: Stages; logs: LogFiles },
): number {
  const { options, logs } = context;
  if (error instanceof BadInput || error instanceof DataError) {
    say(error.message);
    return 2;
  }
  if (error instanceof DirectoryTaken) {
    say(`${options.dataDir} is in use by process ${error.pid}: stop it first, or choose another --data-dir`);
    return 1;
  }
  if (error instanceof StartFailure) {
    for (const line of error.tail) process.stderr.write(`    ${line}\n`);
    say(`${error.message}; its log is ${logs.pathOf(error.process)}`);
    return 1;
  }
  say(error instanceof Error ? (options.verbose && error.stack) || error.message : String(error));
  return 1;
}

function say(line: string): void {
  process.stderr.write(`start: ${line}\n`);
}
