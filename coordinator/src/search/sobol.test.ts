import { describe, expect, it } from 'vitest';
import { HYPERPARAMETERS } from './parameters.js';
import { keyOf } from './philox.js';
import { SOBOL_DIMENSIONS, sobolBits, sobolPoint } from './sobol.js';

/** Points of scipy.stats.qmc.Sobol(24, scramble=False, bits=32), times 2³²; it goes by the Gray code. */
const REFERENCE: [number, number[]][] = [
  [
    1,
    [
      2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648,
      2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648,
      2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648,
    ],
  ],
  [
    5,
    [
      3758096384, 3758096384, 536870912, 1610612736, 3758096384, 2684354560, 3758096384, 1610612736,
      1610612736, 536870912, 1610612736, 3758096384, 3758096384, 536870912, 3758096384, 1610612736,
      3758096384, 1610612736, 1610612736, 2684354560, 2684354560, 2684354560, 3758096384, 1610612736,
    ],
  ],
  [
    37,
    [
      3959422976, 2751463424, 2483027968, 3959422976, 3288334336, 1275068416, 738197504, 3422552064,
      2617245696, 738197504, 67108864, 335544320, 2483027968, 3690987520, 469762048, 2080374784, 3422552064,
      1811939328, 201326592, 603979776, 4093640704, 335544320, 2348810240, 2751463424,
    ],
  ],
];

const SEEDS = [1, 2, 3, 77];

const points = (seed: number, count: number, dimensions: readonly number[]) => {
  const key = keyOf('sobol', seed);
  return Array.from({ length: count }, (_, index) =>
    dimensions.map((dimension) => sobolPoint(index, dimension, key)),
  );
};

describe('a Sobol sequence', () => {
  it('is the one of Joe and Kuo in every dimension', () => {
    for (const [at, row] of REFERENCE) {
      const gray = at ^ (at >>> 1);
      expect(Array.from({ length: SOBOL_DIMENSIONS }, (_, dimension) => sobolBits(gray, dimension))).toEqual(
        row,
      );
    }
  });

  it('has a dimension for every hyper-parameter there is', () => {
    expect(SOBOL_DIMENSIONS).toBeGreaterThanOrEqual(HYPERPARAMETERS.length);
  });

  it('has no dimension beyond its direction numbers', () => {
    expect(() => sobolPoint(0, SOBOL_DIMENSIONS, [1, 2])).toThrow(RangeError);
  });
});

describe('scrambled points', () => {
  it('are a (0, m, 2)-net in the first two dimensions: one in every elementary interval of each shape', () => {
    for (const seed of SEEDS) {
      for (let m = 1; m <= 8; m++) {
        const net = points(seed, 2 ** m, [0, 1]);
        for (let k = 0; k <= m; k++) {
          const cells = net.map(([x, y]) =>
            [Math.floor((x ?? 0) * 2 ** k), Math.floor((y ?? 0) * 2 ** (m - k))].join(),
          );
          expect(new Set(cells).size).toBe(2 ** m);
        }
      }
    }
  });

  it('stratify every dimension alone, also from a later power of two on', () => {
    const key = keyOf('sobol', 5);
    for (let dimension = 0; dimension < SOBOL_DIMENSIONS; dimension++) {
      const strata = Array.from({ length: 64 }, (_, index) =>
        Math.floor(sobolPoint(192 + index, dimension, key) * 64),
      );
      expect(new Set(strata).size).toBe(64);
    }
  });

  it('integrate a smooth function twenty times better than chance would', () => {
    const count = 1024;
    const errors = SEEDS.map((seed) => {
      const values = points(seed, count, [0, 1, 2, 3]).map((point) =>
        point.reduce((product, u) => product * 2 * u, 1),
      );
      return values.reduce((sum, value) => sum + value, 0) / count - 1;
    });
    // Variance of the integrand: (4/3)^4 - 1; the root mean square of the error by chance is 0.046.
    const chance = Math.sqrt(((4 / 3) ** 4 - 1) / count);
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(rms).toBeLessThan(chance / 20);
  });

  it('are uniform over the seeds: the first point of each has no favourite place', () => {
    const firsts = Array.from({ length: 400 }, (_, seed) => sobolPoint(0, 3, keyOf('sobol', seed)));
    const deciles = new Array(10).fill(0);
    for (const u of firsts) deciles[Math.floor(u * 10)]++;
    const chiSquare = deciles.reduce((sum, seen) => sum + (seen - 40) ** 2 / 40, 0);
    // 99.9 % of chi-square with 9 degrees of freedom.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it('depend on key, number and dimension alone', () => {
    const key = keyOf('sobol', 9);
    const forward = Array.from({ length: 40 }, (_, index) => sobolPoint(index, 2, key));
    const backward = Array.from({ length: 40 }, (_, index) => sobolPoint(39 - index, 2, key)).reverse();
    expect(backward).toEqual(forward);
    expect(sobolPoint(3, 2, keyOf('sobol', 10))).not.toBe(forward[3]);
  });
});
