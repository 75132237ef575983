/** `adt sweep replay | log | importance | sensitivity`: what a sweep decided and found, with flags and help. */
import type { Command } from 'commander';
import { openContext } from './context.js';
import { IMPORTANCE_TARGETS, type ImportanceFlags, importanceCommand } from './importance.js';
import { choiceOption } from './options.js';
import { type LogFlags, logCommand } from './searchLog.js';
import { replayCommand } from './searchReplay.js';
import { SENSITIVITY_OTHERS, type SensitivityFlags, sensitivityCommand } from './sensitivity.js';
import { sweepId } from './sweepId.js';

export function registerResultCommands(sweep: Command): void {
  sweep
    .command('log')
    .description('what its search decided and why, newest last')
    .argument('<id>', 'number of the sweep', sweepId)
    .option('--told', 'also what the search was told: the end of each training')
    .action((id: number, flags: LogFlags, command: Command) => logCommand(openContext(command), id, flags));
  sweep
    .command('replay')
    .description('recompute every decision from file and log, and compare')
    .argument('<id>', 'number of the sweep', sweepId)
    .action((id: number, _flags, command: Command) => replayCommand(openContext(command), id));
  sweep
    .command('importance')
    .description('which parameters matter')
    .argument('<id>', 'number of the sweep', sweepId)
    .option(
      '--for <what>',
      IMPORTANCE_TARGETS.join(' or '),
      choiceOption('--for', IMPORTANCE_TARGETS),
      'metric',
    )
    .action((id: number, flags: ImportanceFlags, command: Command) =>
      importanceCommand(openContext(command), id, flags),
    );
  sweep
    .command('sensitivity')
    .description('how the metric depends on eps_max and eps_n, and on beta')
    .argument('<id>', 'number of the sweep', sweepId)
    .option('--metric <name>', 'validation or test metric (default: what the trainings are ranked by)')
    .option(
      '--others <which>',
      'the other parameters: fixed at those of the best configuration, or the best in each cell',
      choiceOption('--others', SENSITIVITY_OTHERS),
      'fixed',
    )
    .action((id: number, flags: SensitivityFlags, command: Command) =>
      sensitivityCommand(openContext(command), id, flags),
    );
}
