/** Importance, sensitivity and the search log as messages. */
import type { SearchEntry } from '@adt/proto/gen/adt/v1/log';
import {
  type ImportanceReport,
  type Importances,
  ImportanceTarget,
  type Sensitivity,
  type SensitivityCell,
} from '@adt/proto/gen/adt/v1/results';
import type * as importance from '../search/importance/importance.js';
import type { Entry } from '../search/log/entry.js';
import { wordsOf } from '../search/log/words.js';
import type * as sensitivity from '../search/sensitivity/sensitivity.js';
import type { LogEntryRow } from '../store/logEntries.js';
import { spreadToWire } from './comparisonWire.js';

const TARGETS = {
  metric: ImportanceTarget.METRIC,
  duration: ImportanceTarget.DURATION,
} as const satisfies Record<importance.ImportanceTarget, ImportanceTarget>;

export function importanceToWire({
  target,
  strata,
  combined,
}: importance.ImportanceReport): ImportanceReport {
  return {
    target: TARGETS[target],
    strata: strata.map(({ dataset, model, loss, ...found }) => ({
      dataset,
      model,
      loss,
      importances: importancesToWire(found),
    })),
    combined: importancesToWire(combined),
  };
}

function importancesToWire({ measured, lacking }: importance.Importances): Importances {
  return { measured: [...measured], lacking: [...lacking] };
}

/** @param metric what the cells show */
export function sensitivityToWire(found: sensitivity.Sensitivity, metric: string): Sensitivity {
  const { dataset, datasetSha256, model, tce, rce, ce } = found;
  const cells = tce.epsMax.flatMap((epsMax, row) =>
    tce.epsN.flatMap((epsN, column) => {
      const cell = tce.cells[row]?.[column] ?? null;
      return cell === null ? [] : [cellToWire({ ...cell, epsMax, epsN })];
    }),
  );
  return {
    dataset,
    datasetSha256,
    model,
    metric,
    tce: cells,
    tceBest: tce.best === null ? undefined : cellToWire(tce.best),
    rce: rce.line.map(cellToWire),
    rceBest: rce.best === null ? undefined : cellToWire(rce.best),
    ce: ce === null ? undefined : cellToWire(ce),
  };
}

function cellToWire(
  cell: sensitivity.SensitivityCell & { epsMax?: number; epsN?: number; beta?: number },
): SensitivityCell {
  const { epsMax, epsN, beta, mean, sd, seeds, configHash, among } = cell;
  return { epsMax, epsN, beta, spread: spreadToWire({ mean, sd, n: seeds }), configHash, among };
}

export function logEntryToWire(row: LogEntryRow): SearchEntry {
  // Written by ourselves, and held to its hash by whoever recomputes it.
  const entry = JSON.parse(row.text) as Entry;
  return {
    number: row.number,
    createdMs: row.createdAt.getTime(),
    kind: entry.kind,
    dataset: row.dataset ?? '',
    model: row.model ?? '',
    loss: row.loss ?? '',
    trialNumber: row.trialNumber ?? undefined,
    ...wordsOf(entry, row.trialNumber),
    entry: row.text,
    hash: row.hash,
  };
}
