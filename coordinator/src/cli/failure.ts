/** How a command ends when it does not succeed: exit codes, and the one line on stderr. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import { DataError } from '@adt/worker/data/dataError';
import { DataUnfitError } from '@adt/worker/engines/engine';
import { EnvError } from '@adt/worker/envError';
import { CheckpointError } from '@adt/worker/training/checkpointFile';
import { CommanderError } from 'commander';
import { BackupError } from '../backup/manifest.js';

export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Bad input of the command line or of a file it names: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The platform took nothing of the input, and says for each thing what is wrong with it. Exit code 2. */
export class Refused extends UsageError {
  constructor(
    message: string,
    /** Machine-readable, say SPACE_INVALID. */
    readonly reason: string,
    readonly violations: readonly FieldViolation[],
  ) {
    super(message);
  }
}

/** The command was stopped by a signal; whatever it had begun is cleaned up. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/**
 * Says on stderr why a command failed, in one line (a refusal: a line a violation), and gives the exit code.
 * @param verbose also print the stack of an unexpected failure
 */
export function reportFailure(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return commanderExit(error);
  if (error instanceof Interrupted) return EXIT.interrupted;
  for (const line of linesOf(error)) process.stderr.write(`adt: ${oneLine(line)}\n`);
  const causes = [UsageError, DataError, DataUnfitError, EnvError, CheckpointError, BackupError];
  if (causes.some((cause) => error instanceof cause)) return EXIT.usage;
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return EXIT.failure;
}

function linesOf(error: unknown): string[] {
  if (error instanceof Refused && error.violations.length > 0)
    return error.violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return [error instanceof Error ? error.message : String(error)];
}

/** Commander has said its line already; help and version are no failures. */
function commanderExit(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

/** `error: unknown command 'trian'\n(Did you mean train?)` as one line of ours. */
export function commanderLine(text: string): string {
  return `adt: ${oneLine(text.replace(/^error: /, ''))}\n`;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
