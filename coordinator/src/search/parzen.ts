/**
 * A kernel density over a tree-structured space: one kernel an observation, and the prior as one more. A kernel is a
 * product of normals truncated to [0, 1] along the axes; along an axis that its observation did not have (the
 * parameter was inactive) it is the prior, for it says nothing there. Multivariate as in Falkner et al., "BOHB"
 * (ICML 2018); prior, truncation and discrete cells as in Watanabe, "Tree-structured Parzen estimator" (2023).
 */
import { type Axis, cellAt } from './axis.js';
import { normalCdf } from './normal.js';

export type Parzen = {
  /** Density over that of the prior, at positions along the axes; NaN where the point has no such axis. */
  density(point: Float64Array): number;
  /** The observation whose kernel holds u in [0, 1) when each is as long as its weight; null: the prior. */
  kernelAt(u: number): Float64Array | null;
  /** Standard deviation of the kernels along each axis, before truncation. */
  widths: readonly number[];
};

/**
 * @param points positions of the observations along the axes, NaN where inactive
 * @param widthOf standard deviation for a number of kernels that have an axis
 * @param priorWeight of the prior's kernel, where an observation's is 1
 */
export function fitParzen(params: {
  axes: readonly Axis[];
  points: readonly Float64Array[];
  widthOf: (kernels: number) => number;
  priorWeight: number;
}): Parzen {
  const { axes, points, widthOf, priorWeight } = params;
  const columns = axes.map((_, axis) => columnOf(points, axis));
  const widths = columns.map((column) => widthOf(count(column)));
  const factors = axes.map(({ edges }, axis) => {
    const [column, width] = [columns[axis] as Float64Array, widths[axis] as number];
    return edges === null ? continuousFactor(column, width) : discreteFactor(column, width, edges);
  });
  const total = points.length + priorWeight;
  const product = new Float64Array(points.length);
  const exponent = new Float64Array(points.length);
  return {
    widths,
    density(point) {
      product.fill(1);
      exponent.fill(0);
      factors.forEach((multiply, axis) => {
        const u = point[axis] as number;
        if (!Number.isNaN(u)) multiply(u, product, exponent);
      });
      let sum = priorWeight;
      for (let kernel = 0; kernel < product.length; kernel++)
        sum += (product[kernel] as number) * Math.exp(exponent[kernel] as number);
      return sum / total;
    },
    kernelAt: (u) => points[Math.floor(u * total)] ?? null,
  };
}

/** Positions of all observations along one axis. */
function columnOf(points: readonly Float64Array[], axis: number): Float64Array {
  const column = new Float64Array(points.length);
  points.forEach((point, kernel) => {
    column[kernel] = point[axis] as number;
  });
  return column;
}

function count(column: Float64Array): number {
  return column.reduce((sum, centre) => sum + (Number.isNaN(centre) ? 0 : 1), 0);
}

/** Multiplies each kernel's density along one axis at u in: into the product, or as a power of e. */
type Factor = (u: number, product: Float64Array, exponent: Float64Array) => void;

function continuousFactor(column: Float64Array, width: number): Factor {
  const scale = column.map(
    (centre) => 1 / (width * Math.sqrt(2 * Math.PI) * massWithin(0, 1, centre, width)),
  );
  const narrowness = 1 / (width * Math.SQRT2);
  return (u, product, exponent) => {
    for (let kernel = 0; kernel < column.length; kernel++) {
      const distance = (u - (column[kernel] as number)) * narrowness;
      // NaN where the kernel lacks the axis.
      if (Number.isNaN(distance)) continue;
      (product[kernel] as number) *= scale[kernel] as number;
      (exponent[kernel] as number) -= distance * distance;
    }
  };
}

/** A cell's share of the kernel over its share of the prior; alike for all kernels of one cell. */
function discreteFactor(column: Float64Array, width: number, edges: Float64Array): Factor {
  const cells = new Int32Array(column.length);
  column.forEach((centre, kernel) => {
    cells[kernel] = Number.isNaN(centre) ? -1 : cellAt(edges, centre);
  });
  const rows = new Map<number, Float64Array>();
  const rowOf = (cell: number): Float64Array => {
    const [from, to] = [edges[cell] as number, edges[cell + 1] as number];
    return new Float64Array(edges.length - 1).map((_, other) => {
      const centre = ((edges[other] as number) + (edges[other + 1] as number)) / 2;
      return massWithin(from, to, centre, width) / massWithin(0, 1, centre, width) / (to - from);
    });
  };
  return (u, product) => {
    const cell = cellAt(edges, u);
    const row = rows.get(cell) ?? rowOf(cell);
    rows.set(cell, row);
    for (let kernel = 0; kernel < cells.length; kernel++) {
      const own = cells[kernel] as number;
      if (own >= 0) (product[kernel] as number) *= row[own] as number;
    }
  };
}

function massWithin(from: number, to: number, centre: number, width: number): number {
  return normalCdf((to - centre) / width) - normalCdf((from - centre) / width);
}
