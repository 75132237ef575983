/** How large a paired difference is against its own spread: Cohen's d_z and its correction for few pairs. */
import { logGamma } from './logGamma.js';

export type EffectSize = {
  /** Mean over standard deviation of the differences (Cohen 1988, §2.3). */
  dz: number;
  /** d_z without its upward bias in small samples: times J(n − 1) (Hedges, J. Educational Statistics 6, 1981). */
  gz: number;
};

/** Null for differences that do not vary, or fewer than two: the ratio says nothing then. */
export function effectSize({
  mean,
  sd,
  n,
}: {
  mean: number;
  sd: number | null;
  n: number;
}): EffectSize | null {
  if (sd === null || sd === 0 || n < 2) return null;
  const dz = mean / sd;
  return { dz, gz: dz * hedgesFactor(n - 1) };
}

/** J(df) = Γ(df/2) / (√(df/2) Γ((df − 1)/2)), about 1 − 3/(4 df − 1); 0 for one degree of freedom, where no unbiased one exists. */
export function hedgesFactor(df: number): number {
  if (df <= 1) return 0;
  return Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) / Math.sqrt(df / 2);
}
