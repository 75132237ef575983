/** The difference of two losses with its 95 % interval, on a scale that all cells share. */
import type { PairVerdict } from '@adt/proto/gen/adt/v1/results';
import { lossColourVariable } from '@/components/ui/lossMark';
import { reachOf, signedPercent } from './numbers';
import { isDecided } from './verdictBadge';

const WIDTH = 200;
const HEIGHT = 22;
const MIDDLE = WIDTH / 2;

/** @param reach share at the ends of the scale, from `sharedReach` */
export function IntervalBar({ pair, reach }: { pair: PairVerdict; reach: number }) {
  const { difference, loss, reference, verdict } = pair;
  const { relative, relativeInterval } = difference ?? {};
  if (relative === undefined) return null;
  const x = (share: number) => MIDDLE + (share / reach) * (MIDDLE - 6);
  const { low = relative, high = relative } = relativeInterval ?? {};
  // A verdict has the colour of the loss that won; without one no loss has a claim to it.
  const colour = isDecided(verdict) ? lossColourVariable(relative > 0 ? loss : reference) : '--muted';
  return (
    <svg
      role="img"
      aria-label={`${loss} against ${reference}: ${signedPercent(relative)}, 95 % interval ${signedPercent(low)} to ${signedPercent(high)}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="block h-[22px] w-full min-w-0"
      preserveAspectRatio="none"
    >
      <line x1="2" x2={WIDTH - 2} y1="11" y2="11" style={{ stroke: 'var(--line)' }} />
      <line
        x1={MIDDLE}
        x2={MIDDLE}
        y1="2"
        y2="20"
        style={{ stroke: 'var(--line-strong)' }}
        vectorEffect="non-scaling-stroke"
      />
      <rect
        x={x(low)}
        width={Math.max(1, x(high) - x(low))}
        y="7"
        height="8"
        rx="2"
        style={{ fill: `var(${colour})`, opacity: 0.35 }}
      />
      <rect x={x(relative) - 1.25} width="2.5" y="4" height="14" rx="1" style={{ fill: `var(${colour})` }} />
    </svg>
  );
}

/** The end of the scale: the widest interval of all, and never nothing. */
export function sharedReach(pairs: readonly PairVerdict[]): number {
  return Math.max(0.001, ...pairs.map(reachOf));
}
