/** A heat-map as SVG, for export. Pure. */
import type { SensitivityCell } from '@adt/proto/gen/adt/v1/results';
import { formatMetric, formatParameter } from '../../format/number';
import type { ChartDrawing, ColourOf } from '../plots/drawing';
import { type HeatGrid, heatOf, shadeOf } from './heat';

const WIDE = 84;
const HIGH = 34;
const LEFT = 70;
const TOP = 24;
const TEXT = 'font-family="system-ui, Liberation Sans, sans-serif" font-size="12"';

/** Null without a cell. */
export function heatDrawing(
  { epsMax, epsN, cells }: HeatGrid,
  all: readonly SensitivityCell[],
  colourOf: ColourOf,
): ChartDrawing | null {
  if (all.length === 0) return null;
  const heat = heatOf(all);
  const [fg, muted, warm] = ['--fg', '--muted', '--loss-tce'].map(colourOf);
  const text = (x: number, y: number, said: string, colour = fg) =>
    `<text x="${x}" y="${y}" text-anchor="middle" ${TEXT} fill="${colour}">${said}</text>`;
  const columns = epsN.map((value, at) => text(LEFT + (at + 0.5) * WIDE, 16, formatParameter(value), muted));
  const rows = epsMax.map((value, row) => {
    const y = TOP + row * HIGH;
    const label = text(LEFT / 2, y + 21, formatParameter(value), muted);
    const boxes = (cells[row] ?? []).map((cell, column) => {
      const x = LEFT + column * WIDE;
      const shade = cell === null ? 0 : shadeOf(heat(cell)) / 100;
      const ground = `<rect x="${x + 1}" y="${y + 1}" width="${WIDE - 2}" height="${HIGH - 2}" rx="3" fill="${warm}" fill-opacity="${shade}"/>`;
      return ground + text(x + WIDE / 2, y + 21, cell === null ? '–' : formatMetric(cell.spread?.mean));
    });
    return label + boxes.join('');
  });
  return {
    width: LEFT + epsN.length * WIDE,
    height: TOP + epsMax.length * HIGH,
    svg: [...columns, ...rows].join(''),
  };
}
