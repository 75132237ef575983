/** The same seeds under two losses: a line a seed, up where the loss gained. Its numbers stand in the table beside it. */
import { lossColourVariable } from '@/components/ui/lossMark';
import { formatMetric } from '@/format/number';
import { isGain, slopeGeometry } from './slope';
import type { SeedRow } from './snapshot';

type SlopeChartProps = {
  rows: readonly SeedRow[];
  loss: string;
  reference: string;
  metric: string;
  /** Seed that the reader points at. */
  marked: number | null;
  onMark: (seed: number | null) => void;
};

const WIDTH = 360;
const HEIGHT = 260;

export function SlopeChart({ rows, loss, reference, metric, marked, onMark }: SlopeChartProps) {
  const { lines, ticks, left, right } = slopeGeometry(rows, { width: WIDTH, height: HEIGHT });
  const gained = rows.filter((row) => isGain(row, metric)).length;
  return (
    <svg
      role="img"
      aria-label={`${loss} against ${reference}, a line a seed: ${loss} is better on ${gained} of ${rows.length} seeds`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="w-full max-w-md"
      onPointerLeave={() => onMark(null)}
    >
      {ticks.map(({ y, value }) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y} y2={y} style={{ stroke: 'var(--line)' }} />
          <text x={left - 8} y={y + 4} textAnchor="end" fontSize="11" style={{ fill: 'var(--muted)' }}>
            {formatMetric(value)}
          </text>
        </g>
      ))}
      {[
        { x: left, name: reference },
        { x: right, name: loss },
      ].map(({ x, name }) => (
        <g key={name}>
          <line x1={x} x2={x} y1="12" y2={HEIGHT - 30} style={{ stroke: 'var(--line-strong)' }} />
          <text
            x={x}
            y={HEIGHT - 10}
            textAnchor="middle"
            fontSize="13"
            fontWeight="600"
            style={{ fill: `var(${lossColourVariable(name)})` }}
          >
            {name}
          </text>
        </g>
      ))}
      {lines.map(({ row, from, to }) => {
        const isMarked = marked === row.seed;
        const colour = `var(${lossColourVariable(isGain(row, metric) ? loss : reference)})`;
        return (
          <g
            key={row.seed}
            opacity={marked === null || isMarked ? 1 : 0.25}
            onPointerEnter={() => onMark(row.seed)}
          >
            <line
              x1={left}
              x2={right}
              y1={from}
              y2={to}
              strokeWidth={isMarked ? 3 : 1.6}
              style={{ stroke: colour }}
            />
            <line x1={left} x2={right} y1={from} y2={to} strokeWidth="12" stroke="transparent" />
            <circle cx={left} cy={from} r="3.5" style={{ fill: colour }} />
            <circle cx={right} cy={to} r="3.5" style={{ fill: colour }} />
            {isMarked && (
              <text x={right + 8} y={to + 4} fontSize="11" style={{ fill: 'var(--fg)' }}>
                {`seed ${row.seed}`}
              </text>
            )}
            <title>
              {`seed ${row.seed}: ${reference} ${formatMetric(row.reference)}, ${loss} ${formatMetric(row.loss)}`}
            </title>
          </g>
        );
      })}
    </svg>
  );
}
