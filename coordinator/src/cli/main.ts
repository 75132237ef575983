/** The `adt` command: its global options, its command groups, and how it ends. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerCompareCommand } from './compare.js';
import type { GlobalOptions } from './context.js';
import { registerDatasetCommands } from './dataset.js';
import { registerEnginesCommand } from './engines.js';
import { commanderLine, reportFailure } from './failure.js';
import { registerLoginCommand } from './login.js';
import { registerSweepCommands } from './sweep.js';
import { registerTrainCommand } from './train.js';
import { registerWorkerCommands } from './worker.js';

/** One file a command group; each registers its own commands (`registerDatasetCommands(program)`). */
const GROUPS: readonly ((program: Command) => void)[] = [
  registerDatasetCommands,
  registerTrainCommand,
  registerEnginesCommand,
  registerSweepCommands,
  registerCompareCommand,
  registerWorkerCommands,
  registerLoginCommand,
];

function createProgram(): Command {
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
  for (const register of GROUPS) register(program);
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

const program = createProgram();
let code = 0;
try {
  await program.parseAsync();
} catch (error) {
  code = reportFailure(error, program.opts<GlobalOptions>().verbose ?? false);
}
// A pending handle must not keep a finished command alive, nor may it lose what it printed.
process.exitCode = Number(process.exitCode ?? 0) || code;
process.stdout.write('', () => process.exit());
