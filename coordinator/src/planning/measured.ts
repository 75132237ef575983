/** What is known of trainings like the planned ones: what finished ones took, and the sizes of the stored data sets. */
import type { Database } from '@adt/prisma/client';
import { LOSSES, type TrainingConfig } from '@adt/proto/trainingConfig';
import { measurementOf } from '../search/forecast/measurement.js';
import { type DatasetSize, datasetSize, type Measurement } from '../search/forecast/training.js';
import { listDatasets } from '../store/datasets.js';
import { type MeasuredKind, measuredTrainings } from '../store/measurements.js';

/** The newest of the same data set, model and loss: enough for a ninth decile, and quick to read. */
const MOST_ALIKE = 50;
/** The newest of each other data set and loss with the same model. */
const MOST_OTHERS = 10;

export type Measured = {
  /** Oldest first. */
  measurements: readonly Measurement[];
  /** By content hash. */
  sizes: ReadonlyMap<string, DatasetSize>;
};

/** What trainings have in common that take about as long. */
export type Kind = Pick<TrainingConfig, 'datasetSha256' | 'model' | 'loss'>;

/** @param wanted of what is to be forecast; repeats are fine */
export async function measuredLike(db: Database, wanted: readonly Kind[]): Promise<Measured> {
  const datasets = await listDatasets(db);
  const sizes = new Map(datasets.map(({ sha256, header }) => [sha256, datasetSize(sha256, header)]));
  const rows = await measuredTrainings(db, kindsOf(wanted, [...sizes.keys()]));
  const measurements = rows.flatMap(({ engine, seconds, ...row }) => {
    const dataset = sizes.get(row.config.datasetSha256);
    return (dataset && measurementOf({ ...row, dataset, result: { engine, seconds: seconds ?? {} } })) ?? [];
  });
  return { measurements, sizes };
}

function kindsOf(kinds: readonly Kind[], stored: readonly string[]): MeasuredKind[] {
  const wanted = new Set(kinds.map(nameOf));
  return [...new Set(kinds.map(({ model }) => model))].flatMap((model) =>
    stored.flatMap((datasetSha256) =>
      LOSSES.map((loss) => {
        const isWanted = wanted.has(nameOf({ datasetSha256, model, loss }));
        return { datasetSha256, model, loss, most: isWanted ? MOST_ALIKE : MOST_OTHERS };
      }),
    ),
  );
}

function nameOf({ datasetSha256, model, loss }: Kind): string {
  return `${datasetSha256} ${model} ${loss}`;
}
