'use client';
/** A heat-map that is a real table: every cell has its number, so that colour never stands alone. */
import type { SensitivityCell } from '@adt/proto/gen/adt/v1/results';
import type { ReactNode } from 'react';
import { ChartFrame } from '@/components/plots/chartFrame';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { formatMetric, formatParameter } from '@/format/number';
import { gridOf, type HeatGrid, heatOf, shadeOf } from './heat';
import { heatDrawing } from './heatDrawing';

type HeatMapProps = {
  title: string;
  unit: string;
  cells: readonly SensitivityCell[];
  best: SensitivityCell | undefined;
  controls: ReactNode;
  /** Why there is no cell. */
  empty: string;
};

export function HeatMap({ title, unit, cells, best, controls, empty }: HeatMapProps) {
  const grid = gridOf(cells);
  return (
    <ChartFrame
      title={title}
      unit={unit}
      summary={
        best
          ? `Best of ${cells.length} cells: ε_max ${best.epsMax}, ε_N ${best.epsN}, ${formatMetric(best.spread?.mean)}.`
          : empty
      }
      table={() => ({
        columns: ['eps_max', 'eps_n', 'mean', 'sd', 'seeds', 'configurations'],
        rows: cells.map(({ epsMax, epsN, spread, among }) => [
          epsMax ?? null,
          epsN ?? null,
          spread?.mean ?? null,
          spread?.sd ?? null,
          spread?.n ?? null,
          among,
        ]),
      })}
      draw={(colourOf) => heatDrawing(grid, cells, colourOf)}
      controls={controls}
      empty={cells.length === 0 ? empty : null}
      note="rows: ε_max · columns: ε_N · framed: best · point at a cell for deviation and seeds"
    >
      <Grid grid={grid} cells={cells} best={best} />
    </ChartFrame>
  );
}

type GridProps = { grid: HeatGrid; cells: readonly SensitivityCell[]; best: SensitivityCell | undefined };

function Grid({ grid, cells, best }: GridProps) {
  const heat = heatOf(cells);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide grid scrolls by keyboard
    <section aria-label="ε_max by ε_N" tabIndex={0} className="overflow-x-auto">
      <table className="tabular w-full border-separate border-spacing-1 text-center text-sm">
        <thead>
          <tr>
            <th scope="col" className="text-left font-normal text-muted text-xs">
              <ParameterSymbol text="ε_max" /> \ <ParameterSymbol text="ε_N" />
            </th>
            {grid.epsN.map((epsN) => (
              <th key={epsN} scope="col" className="font-medium text-muted text-xs">
                {formatParameter(epsN)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.epsMax.map((epsMax, row) => (
            <tr key={epsMax}>
              <th scope="row" className="pr-2 text-left font-medium text-muted text-xs">
                {formatParameter(epsMax)}
              </th>
              {grid.epsN.map((epsN, column) => {
                const cell = grid.cells[row]?.[column] ?? null;
                const isBest = cell !== null && cell.epsMax === best?.epsMax && cell.epsN === best?.epsN;
                return <HeatCell key={epsN} cell={cell} heat={cell ? heat(cell) : 0} isBest={isBest} />;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type HeatCellProps = { cell: SensitivityCell | null; heat: number; isBest: boolean };

function HeatCell({ cell, heat, isBest }: HeatCellProps) {
  if (cell === null)
    return (
      <td title="Nobody ran it" className="rounded-sm bg-sunken py-2 text-muted">
        –
      </td>
    );
  const { spread, among } = cell;
  const sd = spread?.sd === undefined ? '' : ` ± ${formatMetric(spread.sd)}`;
  const competed = among > 1 ? `, best of ${among} configurations` : '';
  return (
    <td
      title={`${spread?.mean}${sd}, ${spread?.n} seeds${competed}`}
      className={isBest ? 'rounded-sm py-2 font-semibold outline-2 outline-ink' : 'rounded-sm py-2'}
      style={{ background: `color-mix(in srgb, var(--loss-tce) ${shadeOf(heat)}%, var(--surface))` }}
    >
      {formatMetric(spread?.mean)}
      {isBest && <span className="sr-only"> best</span>}
    </td>
  );
}
