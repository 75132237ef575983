/** Which way a metric is good; apart from the schemas, so that a training need not load them. */

/** Whether more is better: true for everything but losses. */
export function isMaximized(metric: string): boolean {
  return !/\/(loss|ce_fp|ce_tp)$/.test(metric);
}
