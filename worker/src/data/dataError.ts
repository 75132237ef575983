/** The one error of the data layer: bad input or a damaged file, with a reason a program can tell apart. */

export type DataErrorCode =
  /** A data file or an option of the import is not as it must be. */
  | 'BAD_INPUT'
  /** A bundle is cut, changed or of a version that this build cannot read. */
  | 'BUNDLE_INVALID'
  /** No data set of that name or hash in the store. */
  | 'UNKNOWN_DATASET'
  /** The name is taken by other content. */
  | 'NAME_TAKEN';

/** `message` is one line that a user can act on: what, where, the limit. */
export class DataError extends Error {
  override readonly name = 'DataError';

  constructor(
    readonly code: DataErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
