/** What a data set may be called. */
import { DATASET_NAME, DATASET_NAME_RULE } from '@adt/proto/datasetNameRule';
import { DataError } from './dataError.js';

/** The built-in data set; nothing else can take its name. */
export const SYNTHETIC = 'synthetic';

export function isDatasetName(name: string): boolean {
  return DATASET_NAME.test(name);
}

/** @throws DataError BAD_INPUT when `name` cannot name a data set */
export function assertDatasetName(name: string): void {
  if (isDatasetName(name)) return;
  throw new DataError('BAD_INPUT', `name ${JSON.stringify(name.slice(0, 80))} ${DATASET_NAME_RULE}`);
}

/** @throws DataError BAD_INPUT when `name` cannot name a data set of the user's own */
export function assertImportName(name: string): void {
  assertDatasetName(name);
  if (name === SYNTHETIC)
    throw new DataError('BAD_INPUT', `name ${SYNTHETIC} belongs to the built-in data set`);
}
