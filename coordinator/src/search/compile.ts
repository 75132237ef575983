/** From a sweep file's text to the trials it stands for, or to everything that is wrong with it. Pure and seeded. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { StratumPlan } from '@adt/proto/gen/adt/v1/search';
import { isMaximized } from '@adt/proto/metricGoal';
import { didYouMean } from '@adt/proto/nearest';
import { configurationsPerStratum } from './budget.js';
import type { Method, SweepDocument } from './document.js';
import { type Findings, type Reason, reasonOf, refuse, toViolations } from './finding.js';
import type { Assignment } from './grid.js';
import { parseSpec, type SpecText } from './parse.js';
import {
  type CompiledTrial,
  compileTrials,
  firstTrials,
  isSearched,
  type PlannedStratum,
  planOf,
  type SearchPlan,
  stratumOf,
} from './plan.js';
import type { Prior } from './prior.js';
import { NEWEST_RULES, type Rules } from './rules.js';
import { readDocument } from './schema.js';
import { buildStrata, type DatasetFacts } from './strata.js';
import { warningsOf } from './warnings.js';

export type CompiledSweep = {
  name: string;
  method: Method;
  /** What the sweep is listed by. A trial is ranked by its own `config.select`, which an override may change. */
  metric: string;
  maximize: boolean;
  pool: string;
  /** Failures of a trial that are retried; the next one is final. */
  maxFailures: number;
  datasets: readonly string[];
  models: readonly string[];
  losses: readonly string[];
  strata: readonly StratumPlan[];
  /** Distinct configurations that the search may try; seeds not counted. */
  configurations: number;
  /** Trainings at most, confirmation included: early stopping and exhausted spaces make them fewer. */
  runs: number;
  /** Weight beside other sweeps of the pool. */
  priority: number;
  maxConcurrent: number | null;
  maxWallSeconds: number | null;
  plan: SearchPlan;
  /** Whether the search adds, stops or confirms trials after these. */
  isSearched: boolean;
  /** Those to begin with, in the order to run them. */
  trials: readonly CompiledTrial[];
};

export type Compiled =
  | { ok: true; sweep: CompiledSweep; warnings: FieldViolation[] }
  | { ok: false; reason: Reason; violations: FieldViolation[] };

export type CompileParams = SpecText & {
  /** What is stored. */
  datasets: readonly DatasetFacts[];
  /** Pools that workers have registered for; absent: not checked. */
  pools?: readonly string[];
  /** What the sweeps that this one extends have trained. */
  prior?: Prior;
  /** Of a sweep that was submitted before; absent: the newest. */
  rules?: Rules;
};

/** Compiles a sweep file. The same input gives the same trials in the same order; the result is frozen. */
export function compileSweep({
  spec,
  format,
  datasets,
  pools,
  prior = [],
  rules = NEWEST_RULES,
}: CompileParams): Compiled {
  const parsed = parseSpec({ spec, format });
  if (!parsed.ok) {
    const message = `line ${parsed.line}, column ${parsed.column}: ${parsed.message}`;
    return { ok: false, reason: 'PARSE_ERROR', violations: [{ path: '', message }] };
  }
  const findings: Findings = [];
  const names = datasets.map(({ name }) => name);
  const document = readDocument(parsed.value, { datasets: names, rules }, findings);
  refusePool(document.pool, pools, findings);
  const strata = findings.length === 0 ? buildStrata(document, datasets, findings) : [];
  const perStratum = findings.length === 0 ? configurationsPerStratum(document, strata, findings) : null;
  if (findings.length > 0)
    return { ok: false, reason: reasonOf(findings), violations: toViolations(findings) };
  const plan = planOf(document, strata, perStratum, prior);
  const trials = compileTrials(plan, firstTrials(plan), ({ stratum, configuration }) =>
    listedAt(plan, stratum, configuration),
  );
  const warnings = warningsOf({ document, plan, wanted: perStratum, pools: pools ?? null });
  return { ok: true, sweep: deepFreeze(sweepOf(document, plan, trials)), warnings: toViolations(warnings) };
}

function listedAt(plan: SearchPlan, stratum: number, configuration: number): Assignment {
  const assignment = stratumOf(plan, stratum).listed[configuration];
  if (assignment === undefined) throw new Error('a first trial has a configuration that is listed');
  return assignment;
}

/** A pool that nobody has ever served is a typing error; the default one may wait for its first worker. */
function refusePool(pool: string, pools: readonly string[] | undefined, findings: Findings): void {
  if (pools === undefined || pool === 'default' || pools.includes(pool)) return;
  const known = [...new Set(['default', ...pools])];
  const message = `no worker serves "${pool}"${didYouMean(pool, known)}: known are ${known.join(', ')}`;
  refuse(findings, 'pool', message, 'UNSATISFIABLE');
}

function sweepOf(document: SweepDocument, plan: SearchPlan, trials: readonly CompiledTrial[]): CompiledSweep {
  const strata = plan.strata.map((stratum) => planLine(plan, stratum));
  const metric = document.training.metric ?? plan.strata[0]?.metric ?? '';
  return {
    name: document.name,
    method: document.method,
    metric,
    maximize: isMaximized(metric),
    pool: document.pool,
    maxFailures: document.maxFailures,
    datasets: document.arms.dataset,
    models: document.arms.model,
    losses: document.arms.loss,
    strata,
    configurations: strata.reduce((sum, { configurations }) => sum + configurations, 0),
    runs: strata.reduce((sum, { runs }) => sum + runs, 0),
    priority: document.priority,
    maxConcurrent: document.budget.maxConcurrent,
    maxWallSeconds: document.budget.maxWallSeconds,
    plan,
    isSearched: isSearched(plan),
    trials,
  };
}

function planLine({ seeds, confirm }: SearchPlan, stratum: PlannedStratum): StratumPlan {
  const { dataset, model, loss, wanted } = stratum;
  const confirming = confirm === null ? 0 : Math.min(confirm.topK, wanted) * confirm.seeds.length;
  return {
    dataset: dataset.name,
    model,
    loss,
    configurations: wanted,
    runs: wanted * seeds.length + confirming,
    confirming,
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
