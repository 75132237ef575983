/**
 * `adt sweep replay`: recomputes a sweep here, from what the platform stores. Not in the coordinator, where thousands of
 * suggestions in a row would keep it from its leases, and which would then vouch for itself.
 */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { SpecFormat, SweepState, TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { parseTrainingConfig } from '@adt/proto/trainingConfig';
import type { Entry, TrialOutcome } from '../search/log/entry.js';
import {
  type StoredSearch,
  type StoredTrial,
  type Verification,
  verifySearch,
} from '../search/log/verify.js';
import type { Prior } from '../search/prior.js';
import type { DatasetFacts } from '../search/strata.js';
import { type Connection, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { EXIT } from './failure.js';
import { formatCount, print, printJson } from './output.js';
import { fetchLog } from './searchLog.js';
import { fetchTrials } from './sweepShow.js';

/** Exit code 1 when something differs. */
export async function replayCommand(context: Context, sweepId: number): Promise<void> {
  await withPlatform(context, async (connection) => {
    const { name, ...stored } = await fetchSearch(connection, sweepId);
    const verification = verifySearch(stored);
    const { difference } = verification;
    if (context.json) printJson({ sweepId, ...verification, identical: difference === null });
    else for (const line of linesOf(`sweep ${sweepId} (${name})`, verification)) print(line);
    if (difference !== null) process.exitCode = EXIT.failure;
  });
}

function linesOf(title: string, { entries, decisions, trials, hash, difference }: Verification): string[] {
  const counts = [
    counted(entries, 'entry', 'entries'),
    counted(decisions, 'decision'),
    counted(trials, 'trial'),
  ];
  const head = `${title}: ${counts.join(', ')}, head ${hash}`;
  if (difference === null) return [head, 'identical'];
  const { where, stored, recomputed } = difference;
  return [head, `different: ${where}`, `  stored      ${stored}`, `  recomputed  ${recomputed}`];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Log before trials: a trial may then be newer than the log, never older. */
export async function fetchSearch(
  connection: Connection,
  sweepId: number,
): Promise<StoredSearch & { name: string }> {
  const { summary, spec, format } = await connection.call('getSweep', { sweepId });
  if (summary === undefined) throw new Error(`the platform knows no summary of sweep ${sweepId}`);
  const { specSha256, facts, prior, rules, entries } = await fetchLog(connection, sweepId);
  const known = JSON.parse(facts) as DatasetFacts[];
  if (known.length === 0)
    throw new Error(
      `sweep ${sweepId} was stored by a version that kept no facts of its data sets: it can't be recomputed`,
    );
  return {
    name: summary.name,
    spec,
    specFormat: format === SpecFormat.JSON ? 'JSON' : 'YAML',
    specSha256,
    facts: known,
    prior: JSON.parse(prior) as Prior,
    rules,
    log: entries.map(({ number, entry, hash }) => ({ number, hash, entry: JSON.parse(entry) as Entry })),
    trials: (await fetchTrials(connection, sweepId)).map(storedTrial),
    finished: summary.state === SweepState.FINISHED,
  };
}

function storedTrial(trial: TrialSummary): StoredTrial {
  const { number, stratum, configuration, bestValue, lastStep, pruneReason, retries = 0 } = trial;
  if (trial.config === undefined)
    throw new Error(`the platform sent trial #${number} without a configuration`);
  const config = parseTrainingConfig(trial.config);
  return {
    number,
    stratum,
    configuration,
    seed: config.seed,
    phase: trial.phase === TrialPhase.CONFIRM ? 'confirm' : 'search',
    config,
    outcome: OUTCOMES[trial.state],
    bestValue: bestValue ?? null,
    lastStep,
    pruneReason,
    retried: retries > 0,
  };
}

const OUTCOMES: Record<TrialState, TrialOutcome | null> = {
  [TrialState.UNSPECIFIED]: null,
  [TrialState.QUEUED]: null,
  [TrialState.RUNNING]: null,
  [TrialState.SUCCEEDED]: 'done',
  [TrialState.PRUNED]: 'pruned',
  [TrialState.FAILED]: 'failed',
  [TrialState.CANCELLED]: 'cancelled',
};
