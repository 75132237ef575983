/** What the user reads when a launch failed, and the exit code that goes with it. */
import { Refused, UsageError } from '@adt/coordinator/cli/failure';
import { DataError } from '@adt/worker/data/dataError';
import { DirectoryTaken } from './directoryLock.js';
import type { LaunchOptions, Stages } from './launchOptions.js';
import type { LogFiles } from './logFiles.js';
import { StartFailure } from './runningProcess.js';

/** @returns 2 for what the user gave, 1 for everything else */
export function explainFailure(
  error: unknown,
  context: { options: LaunchOptions; stages: Stages; logs: LogFiles },
): number {
  const { options, logs } = context;
  if (error instanceof UsageError || error instanceof DataError) {
    for (const line of linesOf(error)) say(line);
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

/** A refused sweep has a line for each thing that is wrong with it. */
function linesOf(error: Error): string[] {
  const violations = error instanceof Refused ? error.violations : [];
  if (violations.length === 0) return [error.message];
  return violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

function say(line: string): void {
  process.stderr.write(`start: ${line}\n`);
}
