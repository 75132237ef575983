/** A compiled sweep as a message. Apart from the others, which the planning thread need not load. */
import type { SweepPlan } from '@adt/proto/gen/adt/v1/search';
import type { Compiled } from '../search/compile.js';

const NO_DETAILS = { listing: undefined, forecast: undefined };

/** The counts alone; listing and forecast are added where they are asked for. */
export function planToWire(compiled: Compiled): SweepPlan {
  if (!compiled.ok) {
    const { reason, violations } = compiled;
    return { ...NO_DETAILS, violations, warnings: [], configurations: 0, runs: 0, strata: [], reason };
  }
  const { configurations, runs, strata } = compiled.sweep;
  return {
    ...NO_DETAILS,
    violations: [],
    warnings: compiled.warnings,
    configurations,
    runs,
    strata: [...strata],
    reason: '',
  };
}
