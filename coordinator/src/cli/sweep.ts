/** `adt sweep …`: the commands about sweeps, their flags and their help. */
import { type Command, Option } from 'commander';
import { openContext } from './context.js';
import { integerOption } from './options.js';
import { cancelCommand } from './sweepCancel.js';
import { deleteCommand } from './sweepDelete.js';
import { EXPORT_FORMATS, type ExportFormat, exportCommand } from './sweepExport.js';
import { sweepId } from './sweepId.js';
import { pauseCommand } from './sweepPause.js';
import { planCommand } from './sweepPlan.js';
import { registerResultCommands } from './sweepResults.js';
import { retryCommand, trialId } from './sweepRetry.js';
import { lsCommand, showCommand } from './sweepShow.js';
import { type SourceFlags, sourceOptions } from './sweepSource.js';
import { type SubmitFlags, submitCommand } from './sweepSubmit.js';
import { registerTemplateCommands } from './sweepTemplates.js';
import { watchCommand } from './sweepWatch.js';

export function registerSweepCommands(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('submit sweeps, from a file or a preset, and follow them on the running platform');
  registerSending(sweep);
  registerReading(sweep);
  registerTemplateCommands(sweep);
  registerResultCommands(sweep);
  registerPausing(sweep);
  sweep
    .command('cancel')
    .description('end what is queued and stop what is running')
    .argument('<id>', 'number of the sweep', sweepId)
    .action((id: number, _flags, command: Command) => cancelCommand(openContext(command), id));
  sweep
    .command('delete')
    .description('take an ended sweep away for good, with its trials and curves')
    .argument('<id>', 'number of the sweep', sweepId)
    .option('-y, --yes', 'do not ask')
    .action((id: number, flags: { yes?: boolean }, command: Command) =>
      deleteCommand(openContext(command), id, flags),
    );
}

function registerPausing(sweep: Command): void {
  sweep
    .command('pause')
    .description('start no more of its trials; what runs goes on')
    .argument('<id>', 'number of the sweep', sweepId)
    .action((id: number, _flags, command: Command) => pauseCommand(openContext(command), id, true));
  sweep
    .command('resume')
    .description('let a paused sweep go on')
    .argument('<id>', 'number of the sweep', sweepId)
    .action((id: number, _flags, command: Command) => pauseCommand(openContext(command), id, false));
  sweep
    .command('retry')
    .description('queue a trial once more that failed or was cancelled')
    .argument('<trial>', 'id of the trial', trialId)
    .action((id: number, _flags, command: Command) => retryCommand(openContext(command), id));
}

function registerSending(sweep: Command): void {
  sourceOptions(
    sweep
      .command('submit')
      .description('check a sweep file and run it; data sets that only this machine has are sent along')
      .argument('[file]', 'YAML or JSON; - reads stdin'),
  )
    .option('--watch', 'follow it to its end and print the ranking')
    .option('--owner <name>', 'who submits (default: your user name)')
    .option('--extends <id>', 'take over what this sweep has trained instead of running it again', sweepId)
    .addHelpText('after', EXAMPLE)
    .action((file: string | undefined, flags: SubmitFlags, command: Command) =>
      submitCommand(openContext(command), file, flags),
    );
  sourceOptions(
    sweep
      .command('plan')
      .description('list what a sweep file would run, and how long it would take, running nothing')
      .argument('[file]', 'YAML or JSON; - reads stdin'),
  ).action((file: string | undefined, flags: SourceFlags, command: Command) =>
    planCommand(openContext(command), file, flags),
  );
}

function registerReading(sweep: Command): void {
  sweep
    .command('ls')
    .description('list sweeps, newest first')
    .option('--limit <n>', 'how many', integerOption('--limit', 1, 500), 50)
    .action((flags: { limit: number }, command: Command) => lsCommand(openContext(command), flags));
  sweep
    .command('show')
    .description('the ranking of a sweep: seeds together, mean ± sd')
    .argument('<id>', 'number of the sweep', sweepId)
    .option('--top <n>', 'lines to show', integerOption('--top', 1), 20)
    .option('--seeds', 'a line a training instead of one a configuration')
    .action((id: number, flags: { top: number; seeds?: boolean }, command: Command) =>
      showCommand(openContext(command), id, flags),
    );
  sweep
    .command('watch')
    .description('follow a sweep to its end; Ctrl-C leaves it running')
    .argument('<id>', 'number of the sweep', sweepId)
    .action((id: number, _flags, command: Command) => watchCommand(openContext(command), id));
  sweep
    .command('export')
    .description('every training with its configuration and metrics, on stdout')
    .argument('<id>', 'number of the sweep', sweepId)
    .addOption(new Option('--format <format>', 'csv or json').choices(EXPORT_FORMATS).default('csv'))
    .action((id: number, flags: { format: ExportFormat }, command: Command) => {
      const context = openContext(command);
      return exportCommand(context, id, context.json ? 'json' : flags.format);
    });
}

const EXAMPLE = `
A sweep file:
  name: first
  method: grid                        # or random, with budget: {max_trials: 60}
  parameters:
    dataset: {value: synthetic}
    loss:    {values: [CE, T-CE, R-CE]}
    eps_max: {values: [0.05, 0.1, 0.2]}
    eps_n:   {values: [1000, 5000]}
    beta:    {values: [0.1, 0.25, 0.5]}
  training: {epochs: 10}
  seeds: {search: [1, 2]}
Every key: coordinator/src/search/README.md

Or start from a preset (adt sweep presets):
  adt sweep submit --preset quick --dataset synthetic --model GMF`;
