/** The part of SearchService that speaks of results: verdicts, importance, sensitivity, the search log. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import {
  type CompareSweepsReply,
  ComparisonFormat,
  ImportanceTarget,
  SensitivityOthers,
} from '@adt/proto/gen/adt/v1/results';
import type { SearchServiceServer } from '@adt/proto/gen/adt/v1/search';
import { isMaximized } from '@adt/proto/metricGoal';
import { didYouMean } from '@adt/proto/nearest';
import { formatComparison } from '../cli/comparisonFormat.js';
import { canonicalJson } from '../search/canonical.js';
import type { Parameter } from '../search/document.js';
import { importanceOf } from '../search/importance/importance.js';
import { historiesOf } from '../search/importance/observations.js';
import type { SearchPlan } from '../search/plan.js';
import { sensitivityOf } from '../search/sensitivity/sensitivity.js';
import { confirmationAdvice, parameterNames } from '../search/storedFile.js';
import { compareArms } from '../search/verdict/compareArms.js';
import type { Arm, Comparison } from '../search/verdict/comparison.js';
import { gatherArms, type StratumResult } from '../search/verdict/gatherArms.js';
import { type ComparedSweepRow, comparedSweeps } from '../store/comparison.js';
import { logEntries } from '../store/logEntries.js';
import { type SearchSource, searchSource } from '../store/searchLog.js';
import { finishedTrials, metricNames, searchTrials } from '../store/searchResults.js';
import { checkInteger, checkLength } from './check.js';
import { comparisonToWire } from './comparisonWire.js';
import type { Context } from './context.js';
import { askPlanner } from './planning.js';
import { invalid, notFound } from './refusal.js';
import { importanceToWire, logEntryToWire, sensitivityToWire } from './resultsWire.js';
import { unary } from './unary.js';

/** A comparison of more would not be read, and its exact tests would keep the process from its leases. */
const MOST_SWEEPS = 32;

export function resultHandlers(
  context: Context,
): Pick<SearchServiceServer, 'compareSweeps' | 'getSearchLog' | 'getImportance' | 'getSensitivity'> {
  const { db, log } = context;

  const source = async (id: number): Promise<SearchSource> => {
    const found = await searchSource(db, checkInteger('sweep_id', id, 1));
    if (found === null) throw notFound(`sweep ${id}`);
    return found;
  };

  return {
    compareSweeps: unary(log, async (request) => {
      const sweepIds = checkSweeps(request.sweepIds);
      const metric = checkLength('metric', request.metric, 64) || undefined;
      const rows = await comparedSweeps(db, sweepIds);
      const unknown = sweepIds.find((id) => !rows.some(({ sweepId }) => sweepId === id));
      if (unknown !== undefined) throw notFound(`sweep ${unknown}`);
      const gathered = gatherArms(rows.flatMap(strataOf));
      if (!gathered.ok) throw invalid('sweep_ids', gathered.message);
      checkMetric(metric, gathered.arms);
      const comparison = compareArms(gathered.arms, { metric });
      return {
        sweeps: rows.map(progressToWire),
        comparison: comparisonToWire(comparison),
        text: textOf(comparison, request.format),
      };
    }),

    getSearchLog: unary(log, async (request) => {
      const { sweepId } = request;
      const { specSha256, facts, prior, rules } = await source(sweepId);
      const after = checkInteger('after', request.after, 0);
      const limit = checkInteger('limit', request.limit, 0, 1_000) || 500;
      const rows = await logEntries(db, { sweepId, after, limit: limit + 1 });
      const entries = rows.slice(0, limit).map(logEntryToWire);
      return {
        specSha256,
        facts: canonicalJson(facts),
        prior: canonicalJson(prior),
        rules,
        entries,
        more: rows.length > limit,
      };
    }),

    getImportance: unary(log, async (request) => {
      const found = await source(request.sweepId);
      const target = request.target === ImportanceTarget.DURATION ? 'duration' : 'metric';
      const strata = historiesOf(await searchTrials(db, request.sweepId));
      const parameters = await searchedParameters(context, request.sweepId, found);
      return importanceToWire(importanceOf({ target, parameters, strata }));
    }),

    getSensitivity: unary(log, async (request) => {
      const { sweepId } = request;
      await source(sweepId);
      const metric = checkLength('metric', request.metric, 64) || null;
      const trials = await finishedTrials(db, { sweepId, metric });
      if (metric !== null && trials.length === 0) await refuseUnknown(context, sweepId, metric);
      const others = request.others === SensitivityOthers.BEST ? 'best' : 'fixed';
      // One direction a sweep: what it is ranked by never mixes losses with shares.
      const maximize = isMaximized(metric ?? trials[0]?.config.select ?? '');
      const selects = new Map(trials.map(({ config }) => [config.datasetSha256, config.select]));
      const sensitivities = sensitivityOf({ trials, maximize, others }).map((one) =>
        sensitivityToWire(one, metric ?? selects.get(one.datasetSha256) ?? ''),
      );
      return { sensitivities };
    }),
  };
}

function checkSweeps(sweepIds: readonly number[]): number[] {
  if (sweepIds.length === 0) throw invalid('sweep_ids', 'must name a sweep');
  if (sweepIds.length > MOST_SWEEPS) throw invalid('sweep_ids', `must have at most ${MOST_SWEEPS} entries`);
  const checked = sweepIds.map((id, at) => checkInteger(`sweep_ids[${at}]`, id, 1));
  const twice = checked.find((id, at) => checked.indexOf(id) < at);
  if (twice !== undefined) throw invalid('sweep_ids', `names sweep ${twice} twice`);
  return checked;
}

/** What no run was tested by can't decide anything. Before the first run has ended nothing is known to be wrong. */
function checkMetric(metric: string | undefined, arms: readonly Arm[]): void {
  if (metric === undefined) return;
  if (!metric.startsWith('test/'))
    throw invalid('metric', `must be of the test part, say test/recall@50 (got ${JSON.stringify(metric)})`);
  const known = [...new Set(arms.flatMap(({ runs }) => runs.flatMap(({ metrics }) => Object.keys(metrics))))];
  if (known.length === 0 || known.includes(metric)) return;
  const shown = known.filter((name) => !/\/g\d$/.test(name)).join(', ');
  throw invalid(
    'metric',
    `no confirmation run has ${metric}${didYouMean(metric, known)}: there are ${shown}`,
  );
}

/** As `adt compare` prints it; empty when no format is asked for. */
function textOf(comparison: Comparison, format: ComparisonFormat | undefined): string {
  const by = ['dataset', 'model'] as const;
  switch (format) {
    case undefined:
    case ComparisonFormat.UNSPECIFIED:
      return '';
    case ComparisonFormat.CSV:
      return formatComparison(comparison, { format: 'csv', by });
    case ComparisonFormat.JSON:
      return formatComparison(comparison, { format: 'json', by });
    case ComparisonFormat.LATEX:
      return formatComparison(comparison, { format: 'latex', by });
    case ComparisonFormat.LATEX_TABLE3:
      return formatComparison(comparison, { format: 'latex-table3', by });
    default:
      return format satisfies never;
  }
}

/** What an extended sweep has searched stays what its configurations are shown by. */
function strataOf({ spec, specFormat: format, ancestors, strata }: ComparedSweepRow): StratumResult[] {
  const named = [{ spec, format }, ...ancestors].flatMap(parameterNames);
  return strata.map((stratum) => ({ ...stratum, named }));
}

function progressToWire(row: ComparedSweepRow): CompareSweepsReply['sweeps'][number] {
  const { sweepId, name, open, strata } = row;
  const advice = confirmationAdvice({ spec: row.spec, format: row.specFormat });
  const confirmation = strata.flatMap((stratum) => stratum.confirmation);
  const isOpen = ({ state }: { state: string }) => state === 'QUEUED' || state === 'RUNNING';
  return {
    sweepId,
    name,
    confirms: advice === null,
    running: open,
    confirmationEnded: confirmation.filter((trial) => !isOpen(trial)).length,
    confirmationTrials: confirmation.length,
    unconfirmed: strata
      .filter(({ chosen }) => chosen === null)
      .map(({ dataset, model, loss, unconfirmed }) => {
        const reason =
          advice === null ? (unconfirmed ?? whyUnconfirmed(row)) : 'the sweep file has no seeds.confirm';
        return { dataset, model, loss, reason };
      }),
    advice: advice ?? '',
    runs: strata.flatMap(({ dataset, model, loss, confirmation: own }) =>
      own.map(({ seed, trialId, state }) => ({
        dataset,
        model,
        loss,
        seed,
        trialId,
        state: TrialState[state],
      })),
    ),
    extendedBy: row.extendedBy,
    metrics: [...new Set(strata.map(({ select }) => select))],
  };
}

function whyUnconfirmed({ state, open, stopReason }: ComparedSweepRow): string {
  if (state === 'CANCELLED') return 'the sweep was cancelled before';
  if (stopReason !== null) return `the search was stopped before: ${stopReason}`;
  return open ? 'its search goes on' : 'its search ended before';
}

/** All that the file searches, in any stratum. @throws Refusal for a sweep that can't be compiled any more */
async function searchedParameters(
  context: Context,
  sweepId: number,
  found: SearchSource,
): Promise<Parameter[]> {
  if (found.facts.length === 0)
    throw invalid('sweep_id', `sweep ${sweepId} was stored by a version that kept no facts of its data sets`);
  const { strata } = await planOf(context, found);
  const parameters = new Map(strata.flatMap((stratum) => stratum.parameters.map((one) => [one.name, one])));
  return [...parameters.values()];
}

async function planOf({ planner }: Context, found: SearchSource): Promise<SearchPlan> {
  const restored = await askPlanner(planner, 'stored', found);
  if (!restored.ok) throw invalid('sweep_id', restored.message);
  return restored.plan;
}

async function refuseUnknown({ db }: Context, sweepId: number, metric: string): Promise<void> {
  const known = await metricNames(db, sweepId);
  if (known.length === 0 || known.includes(metric)) return;
  const shown = known.filter((name) => !/\/g\d$/.test(name)).join(', ');
  throw invalid('metric', `no training has ${metric}${didYouMean(metric, known)}: there are ${shown}`);
}
