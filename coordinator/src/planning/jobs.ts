/** What is done with sweep files on the planning thread: each job from plain values to plain values. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { reasonOf } from '../log.js';
import { listingToWire } from '../rpc/listingWire.js';
import { planToWire } from '../rpc/planWire.js';
import { type Compiled, type CompiledSweep, type CompileParams, compileSweep } from '../search/compile.js';
import type { SweepForecast } from '../search/forecast/sweepForecast.js';
import { listConfigurations } from '../search/listing.js';
import { compileStored, type SearchText, type StoredPlan } from '../search/log/loaded.js';
import { type TrialColumns, trialColumns } from '../store/trialColumns.js';
import type { Kind, Measured } from './measured.js';
import { type Capacity, forecastPlan, trainingsOf } from './planForecast.js';

/** The answer to PlanSweep but for its forecast, and what that needs; null for a file that is refused. */
export type Planned = { plan: SweepPlan; needs: { kinds: Kind[]; pool: string } | null };

export type Submittable =
  | { ok: true; sweep: Omit<CompiledSweep, 'plan' | 'trials'>; trials: TrialColumns }
  | { ok: false; reason: string; violations: FieldViolation[] };

export type Restored = ({ ok: true } & StoredPlan) | { ok: false; message: string };

/** The same file is compiled for its plan, for its forecast and when it is submitted, mostly within moments. */
const KEPT_MS = 10_000;
let kept: { key: string; compiled: Compiled; until: NodeJS.Timeout } | null = null;

function compiledOnce(params: CompileParams): Compiled {
  const key = JSON.stringify(params);
  const compiled = kept?.key === key ? kept.compiled : compileSweep(params);
  clearTimeout(kept?.until);
  const until = setTimeout(() => {
    kept = null;
  }, KEPT_MS).unref();
  kept = { key, compiled, until };
  return compiled;
}

function plan(params: CompileParams): Planned {
  const compiled = compiledOnce(params);
  if (!compiled.ok) return { plan: planToWire(compiled), needs: null };
  const { sweep } = compiled;
  const kinds = trainingsOf(sweep).map(({ config: { datasetSha256, model, loss } }): Kind => {
    return { datasetSha256, model, loss };
  });
  const distinct = new Map(kinds.map((kind) => [Object.values(kind).join(' '), kind]));
  return {
    plan: { ...planToWire(compiled), listing: listingToWire(listConfigurations(sweep)) },
    needs: { kinds: [...distinct.values()], pool: sweep.pool },
  };
}

type ForecastParams = { file: CompileParams; measured: Measured; capacity: Capacity };

function forecast({ file, measured, capacity }: ForecastParams): { forecast: SweepForecast; slots: number } {
  const compiled = compiledOnce(file);
  if (!compiled.ok) throw new Error('a file that was planned compiles');
  return forecastPlan(compiled.sweep, measured, capacity);
}

function submission(params: CompileParams): Submittable {
  const compiled = compiledOnce(params);
  if (!compiled.ok) return compiled;
  const { plan: _, trials, ...sweep } = compiled.sweep;
  return { ok: true, sweep, trials: trialColumns(trials) };
}

function stored(text: SearchText): Restored {
  try {
    return { ok: true, ...compileStored(text) };
  } catch (error) {
    return { ok: false, message: reasonOf(error) };
  }
}

export const JOBS = { plan, forecast, submission, stored };
export type Job = keyof typeof JOBS;
export type JobParams<Name extends Job> = Parameters<(typeof JOBS)[Name]>[0];
export type JobResult<Name extends Job> = ReturnType<(typeof JOBS)[Name]>;

export type ToThread = { [Name in Job]: { id: number; job: Name; params: JobParams<Name> } }[Job];
export type FromThread = { id: number; result: JobResult<Job> } | { id: number; error: string };
