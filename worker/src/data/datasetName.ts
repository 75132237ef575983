/** What a data set may be called. */
import { trainingConfigSchema } from '@adt/proto/trainingConfig';
import { DataError } from './dataError.js';

/** The built-in data set; nothing else can take its name. */
export const SYNTHETIC = 'synthetic';

export function isDatasetName(name: string): boolean {
  return trainingConfigSchema.shape.dataset.safeParse(name).success;
}

/** @throws DataError BAD_INPUT when `name` cannot name a data set */
export function assertDatasetName(name: string): void {
  const checked = trainingConfigSchema.shape.dataset.safeParse(name);
  if (checked.success) return;
  const reason = checked.error.issues[0]?.message ?? 'is not a name';
  throw new DataError('BAD_INPUT', `name ${JSON.stringify(name.slice(0, 80))} ${reason}`);
}

/** @throws DataError BAD_INPUT when `name` cannot name a data set of the user's own */
export function assertImportName(name: string): void {
  assertDatasetName(name);
  if (name === SYNTHETIC)
    throw new DataError('BAD_INPUT', `name ${SYNTHETIC} belongs to the built-in data set`);
}
