/** The error of a training whose loss left the numbers: its configuration's fault, so it is not tried again. */

export class NonFiniteError extends Error {
  readonly code = 'NON_FINITE';

  /** @param step the iteration at which it was seen, from 1 */
  constructor(
    readonly metric: string,
    readonly value: number,
    readonly step: number,
  ) {
    super(`NON_FINITE: ${metric} is not a finite number at iteration ${step}; a smaller lr may help`);
  }
}
