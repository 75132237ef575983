/** The normal distribution, as far as a sampler needs it. */

const DEEP_TAIL = 8;

/** P(Z ≤ x), absolute error below 1e-14: Marsaglia, "Evaluating the normal distribution" (J. Stat. Software 2004). */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -DEEP_TAIL) return 0;
  if (x > DEEP_TAIL) return 1;
  const square = x * x;
  let sum = x;
  let term = x;
  for (let odd = 3, last = Number.NaN; sum !== last; odd += 2) {
    last = sum;
    term *= square / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Box and Muller: two independent standard normals of two uniforms, the first above 0. */
export function normalPair(first: number, second: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(first));
  return [radius * Math.cos(2 * Math.PI * second), radius * Math.sin(2 * Math.PI * second)];
}

/** More fail once in 10^12: within [0, 1], with the centre there too, a draw fails half the time or less. */
const MAX_ATTEMPTS = 32;

/**
 * A normal number that lies in [0, 1), by rejection.
 * @param centre in [0, 1]
 * @param width standard deviation before truncation, at most 0.5
 * @param draw gives random words of 32 bits, others for each attempt
 */
export function truncatedNormal(
  centre: number,
  width: number,
  draw: (attempt: number) => readonly [number, number, ...number[]],
): number {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const [first, second] = draw(attempt);
    const inside = normalPair((first + 0.5) / 2 ** 32, second / 2 ** 32)
      .map((normal) => centre + width * normal)
      .find((u) => u >= 0 && u < 1);
    if (inside !== undefined) return inside;
  }
  return Math.min(centre, 1 - 2 ** -32);
}
