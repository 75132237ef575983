/** The series in which a worker says what it left out of the others. Without zod, for processes that count bytes. */

/** What was left out at a step because the worker's spool was full: the number of points. */
export const GAP_METRIC = 'spool/gap';
