/** The `adt` command: its global options, its command groups, and how it ends. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { GlobalOptions } from './context.js';
import { commanderLine, reportFailure } from './failure.js';

/**
 * One file a command group; each registers its own commands. They are loaded as they are named: gRPC, which half of
 * them need, is 17 MB that a training would carry along.
 */
const GROUPS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  dataset: async () => (await import('./dataset.js')).registerDatasetCommands,
  train: async () => (await import('./train.js')).registerTrainCommand,
  engines: async () => (await import('./engines.js')).registerEnginesCommand,
  sweep: async () => (await import('./sweep.js')).registerSweepCommands,
  compare: async () => (await import('./compare.js')).registerCompareCommand,
  worker: async () => (await import('./worker.js')).registerWorkerCommands,
  backup: async () => (await import('./backup.js')).registerBackupCommand,
  restore: async () => (await import('./backup.js')).registerRestoreCommand,
  login: async () => (await import('./login.js')).registerLoginCommand,
};

/** The groups that occur on the command line, be it as an option's value; without any, all, for help and suggestions. */
function groupsIn(args: readonly string[]): string[] {
  const named = Object.keys(GROUPS).filter((name) => args.includes(name));
  const isHelp = args[0] === 'help' || args[0] === '--help' || args[0] === '-h';
  return named.length === 0 || isHelp ? Object.keys(GROUPS) : named;
}

async function createProgram(): Promise<Command> {
  const program = new Command('adt')
    .description('Denoising training of recommenders on implicit feedback: data sets, trainings, sweeps.')
    .version(packageVersion(), '--version', 'print the version')
    .option('--data-dir <dir>', 'folder of all state', process.env.ADT_DATA_DIR || './.adt')
    .option('--json', 'print one JSON document on stdout')
    .option('--verbose', 'print the stack of an unexpected failure')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(commanderLine(text)) })
    .exitOverride();
  for (const name of groupsIn(process.argv.slice(2))) (await GROUPS[name]?.())?.(program);
  return program;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A reader that goes away (`adt dataset ls | head -1`) ends the command quietly. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = await createProgram();
let code = 0;
try {
  await program.parseAsync();
} catch (error) {
  code = reportFailure(error, program.opts<GlobalOptions>().verbose ?? false);
}
// A pending handle must not keep a finished command alive, nor may it lose what it printed.
process.exitCode = Number(process.exitCode ?? 0) || code;
process.stdout.write('', () => process.exit());
