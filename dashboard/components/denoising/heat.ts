/** Cells of T-CE as a grid, and how good each is among them. Pure. */
import type { SensitivityCell } from '@adt/proto/gen/adt/v1/results';

export type HeatGrid = {
  /** Ascending. */
  epsMax: readonly number[];
  epsN: readonly number[];
  /** (epsMax, epsN); null: nobody ran it. */
  cells: readonly (readonly (SensitivityCell | null)[])[];
};

export function gridOf(cells: readonly SensitivityCell[]): HeatGrid {
  const epsMax = distinct(cells.map((cell) => cell.epsMax));
  const epsN = distinct(cells.map((cell) => cell.epsN));
  return {
    epsMax,
    epsN,
    cells: epsMax.map((row) =>
      epsN.map((column) => cells.find((cell) => cell.epsMax === row && cell.epsN === column) ?? null),
    ),
  };
}

/** Place of a cell's mean between the lowest and the highest, 0 to 1; 1 where all are equal. */
export function heatOf(cells: readonly SensitivityCell[]): (cell: SensitivityCell) => number {
  const means = cells.flatMap(({ spread }) => spread?.mean ?? []);
  const low = Math.min(...means);
  const high = Math.max(...means);
  return ({ spread }) => (spread && high > low ? (spread.mean - low) / (high - low) : 1);
}

/** Share of the loss's colour in a cell's ground; the rest is the surface. At most so much that text stays legible. */
export function shadeOf(heat: number): number {
  return Math.round(6 + 44 * heat);
}

function distinct(values: readonly (number | undefined)[]): number[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort((a, b) => a - b);
}
