/** `adt sweep plan`: what a sweep file would run, how long it would take, and what to know before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import { SpecFormat, type SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { SYNTHETIC } from '@adt/worker/data/datasetName';
import { listDatasets, openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { listingToWire } from '../rpc/listingWire.js';
import { planToWire } from '../rpc/planWire.js';
import { compileSweep } from '../search/compile.js';
import { factsOf } from '../search/datasetFacts.js';
import { listConfigurations } from '../search/listing.js';
import type { DatasetFacts } from '../search/strata.js';
import { type Connection, Unreachable, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { Refused } from './failure.js';
import { paint, print, printJson, printNote } from './output.js';
import { planText } from './planText.js';
import { namedDatasets, type SweepFile } from './sweepFile.js';
import { readSource, type SourceFlags } from './sweepSource.js';

export async function planCommand(
  context: Context,
  path: string | undefined,
  flags: SourceFlags,
): Promise<void> {
  const plan = await planAnywhere(context, await readSource(path, flags));
  refuseInvalid(context, plan);
  if (context.json) return printJson(plan);
  print(planText(plan));
  printWarnings(plan.warnings);
}

/** The platform's answer. @throws Refused with every violation; with --json they are printed as a document as well */
export async function validPlan(context: Context, { call }: Connection, file: SweepFile): Promise<SweepPlan> {
  const plan = await call('planSweep', file);
  refuseInvalid(context, plan);
  return plan;
}

export function printWarnings(warnings: readonly FieldViolation[]): void {
  for (const { path, message } of warnings)
    printNote(`${paint('yellow', 'warning', process.stderr)}  ${path}: ${message}`);
}

function refuseInvalid(context: Context, plan: SweepPlan): void {
  if (plan.violations.length === 0) return;
  if (context.json) printJson(plan);
  throw new Refused('the sweep is refused', plan.reason, plan.violations);
}

/**
 * The platform's answer, which alone knows how long trainings take. Without a platform, or with data sets that only
 * this machine has yet, the file is checked and listed here.
 */
async function planAnywhere(context: Context, file: SweepFile): Promise<SweepPlan> {
  const answer = await withPlatform(context, ({ call }) => call('planSweep', file)).catch(
    (error: unknown) => {
      // A coordinator that was named and does not answer is a failure; none at all is not.
      if (error instanceof Unreachable && !process.env.ADT_COORDINATOR) return error;
      throw error;
    },
  );
  if (answer instanceof Unreachable) {
    printNote(`${answer.message}: listed from the data sets of this machine, hours are unknown`);
    return planHere(file, await localFacts(context, file));
  }
  if (answer.reason !== 'UNKNOWN_DATASET') return answer;
  const here = planHere(file, await localFacts(context, file));
  if (here.violations.length > 0) return answer;
  printNote('the platform lacks a data set that this machine has: submit sends it along; hours are unknown');
  return here;
}

function planHere({ spec, format }: SweepFile, datasets: readonly DatasetFacts[]): SweepPlan {
  const compiled = compileSweep({ spec, format: format === SpecFormat.JSON ? 'JSON' : 'YAML', datasets });
  const plan = planToWire(compiled);
  return compiled.ok ? { ...plan, listing: listingToWire(listConfigurations(compiled.sweep)) } : plan;
}

/** A machine without a store of its own stays without one, unless the built-in data set is asked for. */
async function localFacts({ dataDir }: Context, file: SweepFile): Promise<DatasetFacts[]> {
  const wantsBuiltIn = namedDatasets(file).includes(SYNTHETIC);
  if (!existsSync(join(dataDir, 'datasets')) && !wantsBuiltIn) return [];
  const store = await openStore(dataDir);
  if (wantsBuiltIn) await ensureSynthetic(store);
  return (await listDatasets(store)).datasets.map(factsOf);
}
