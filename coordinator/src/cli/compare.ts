/** `adt compare`: which loss is better, from the confirmation runs of one sweep or several. */
import type { ComparedSweep, CompareSweepsReply } from '@adt/proto/gen/adt/v1/results';
import type { Command } from 'commander';
import { comparisonFromWire } from '../rpc/comparisonWire.js';
import type { Comparison } from '../search/verdict/comparison.js';
import { COMPARISON_FORMATS, type ComparisonFormat, formatComparison } from './comparisonFormat.js';
import { type Grouping, groupingOption } from './comparisonSections.js';
import { withPlatform } from './connect.js';
import { type Context, openContext } from './context.js';
import { EXIT } from './failure.js';
import { choiceOption } from './options.js';
import { print, printNote } from './output.js';
import { sweepId } from './sweepId.js';

type CompareFlags = { by: Grouping[]; format?: ComparisonFormat; metric?: string };

export function registerCompareCommand(program: Command): void {
  program
    .command('compare')
    .description('verdicts on the losses of sweeps, from their confirmation runs')
    .argument('<sweep...>', 'numbers of sweeps; their strata are compared together')
    .option('--by <groups>', 'how the results are grouped', groupingOption('--by'), ['dataset', 'model'])
    .option('--format <format>', COMPARISON_FORMATS.join(', '), choiceOption('--format', COMPARISON_FORMATS))
    .option(
      '--metric <name>',
      'test metric of the verdicts (default: what each sweep ranks by, on the test part)',
    )
    .action((sweeps: string[], flags: CompareFlags, command: Command) =>
      compareCommand(openContext(command), sweeps.map(sweepId), flags),
    );
}

/** Exit code 1 when there is nothing to compare yet; stdout is then empty but for JSON. */
async function compareCommand(context: Context, sweepIds: number[], flags: CompareFlags): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const { metric = '', by } = flags;
    const format = flags.format ?? (context.json ? 'json' : 'table');
    const reply = await call('compareSweeps', { sweepIds, metric });
    const comparison = comparisonOf(reply);
    const isEmpty = comparison.cells.length === 0;
    if (!isEmpty || format === 'json') print(formatComparison(comparison, { format, by }));
    for (const line of remarksOf(reply, comparison, metric)) printNote(line);
    if (isEmpty) process.exitCode = EXIT.failure;
  });
}

function comparisonOf({ comparison }: CompareSweepsReply): Comparison {
  if (comparison === undefined) throw new Error('the platform sent no comparison');
  return comparisonFromWire(comparison);
}

/** What a reader must know beside the verdicts: what is not confirmed, what may still change, and what to do. */
export function remarksOf(
  reply: Pick<CompareSweepsReply, 'sweeps'>,
  { cells }: Pick<Comparison, 'cells'>,
  metric: string,
): string[] {
  const { sweeps } = reply;
  const remarks = sweeps.flatMap(remarksOn);
  const chosenBy = [...new Set(sweeps.flatMap(({ metrics }) => metrics))];
  const isOwn = metric === '' || chosenBy.every((name) => name.replace(/^valid\//, 'test/') === metric);
  if (cells.length > 0 && !isOwn)
    remarks.push(
      `note: configurations and checkpoints were chosen by ${chosenBy.join(', ')}, not by ${metric}`,
    );
  if (cells.length === 0) remarks.push('adt: nothing to compare: no stratum has a confirmed configuration');
  return remarks;
}

function remarksOn(sweep: ComparedSweep): string[] {
  const {
    sweepId: id,
    name,
    running,
    confirmationEnded: ended,
    confirmationTrials: all,
    unconfirmed,
  } = sweep;
  const title = `sweep ${id} (${name})`;
  if (!sweep.confirms)
    return [
      `${title} has no confirmation: its results rest on the seeds that chose them`,
      'put these lines in the place of seeds: in its file, and run it again with adt sweep submit FILE:',
      sweep.advice,
    ];
  const progress = running
    ? [`${title} is running: ${ended} of ${all} confirmation runs so far have ended`]
    : [];
  const gaps = unconfirmed.map(
    ({ dataset, model, loss, reason }) =>
      `${title}: ${dataset}, ${model}, ${loss} is not confirmed: ${reason}`,
  );
  return [...progress, ...gaps];
}
