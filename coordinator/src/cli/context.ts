/** What every command is given: the global options, and the signal that Ctrl-C aborts. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Interrupted } from './failure.js';

export type GlobalOptions = { dataDir: string; json?: boolean; verbose?: boolean };

export type Context = {
  /** Absolute path of the folder that holds all long-lived state. */
  dataDir: string;
  /** Print one JSON document on stdout and nothing else there. */
  json: boolean;
  verbose: boolean;
  /** Aborted with Interrupted by the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  signal: AbortSignal;
};

/** Reads the global options of a command that starts now, and takes over Ctrl-C. */
export function openContext(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    dataDir: resolve(options.dataDir),
    json: options.json ?? false,
    verbose: options.verbose ?? false,
    signal: interruptSignal(),
  };
}

function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted('interrupted'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return controller.signal;
}
