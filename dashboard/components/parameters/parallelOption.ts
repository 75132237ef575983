/** Parallel coordinates as ECharts takes them. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { EChartsCoreOption } from 'echarts/core';
import { type ColourOf, escapeXml } from '../plots/drawing';
import { lossColourVariable } from '../ui/lossMark';
import { BAND, labelsOf, type ParallelAxis, placeOn, sayValue, valueOn } from './axes';

export const HEIGHT = 460;
const MARGIN = { left: 56, right: 72, top: 44, bottom: 20 };
/** Without quotes, which would end the attribute that SVG has it in. */
const FONT = 'system-ui, Liberation Sans, sans-serif';
/** Beyond so many lines each is thin and pale. */
const CROWD = 100;

type ParallelParams = {
  axes: readonly ParallelAxis[];
  /** Drawn in this order, so that the best come last and on top. */
  trials: readonly TrialSummary[];
  colourOf: ColourOf;
};

export function parallelOption({ axes, trials, colourOf }: ParallelParams): EChartsCoreOption {
  const hasBand = axes.some(({ hasAbsent }) => hasAbsent);
  const least = hasBand ? BAND.from : 0;
  const opacity = trials.length > CROWD ? 0.35 : 0.65;
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    parallel: { ...MARGIN, parallelAxisDefault: axisLook(colourOf) },
    parallelAxis: axes.map((axis, dim) => axisOption(axis, dim, { least, last: axes.length - 1 })),
    graphic: hasBand ? bandOf(least, colourOf) : [],
    tooltip: {
      trigger: 'item',
      confine: true,
      backgroundColor: colourOf('--surface'),
      borderColor: colourOf('--line'),
      textStyle: { color: colourOf('--fg'), fontSize: 12 },
      formatter: ({ dataIndex }: { dataIndex: number }) => tooltipOf(trials[dataIndex], axes),
    },
    series: {
      type: 'parallel',
      smooth: 0,
      // All at once: lines of a progressive layer cannot be pointed at.
      progressive: 0,
      activeOpacity: 0.9,
      inactiveOpacity: 0.04,
      emphasis: { lineStyle: { width: 3, opacity: 1 } },
      data: trials.map((trial) => ({
        name: `#${trial.number}`,
        value: axes.map((axis) => placeOn(axis, valueOn(axis.key, trial))),
        lineStyle: {
          color: colourOf(lossColourVariable(trial.config?.loss ?? '')),
          width: trials.length > CROWD ? 1 : 1.6,
          opacity,
        },
      })),
    },
  };
}

function axisLook(colourOf: ColourOf) {
  return {
    nameLocation: 'end',
    nameGap: 18,
    nameTextStyle: { color: colourOf('--fg'), fontSize: 12, fontWeight: 600 },
    axisLine: { lineStyle: { color: colourOf('--line-strong') } },
    axisTick: { lineStyle: { color: colourOf('--line-strong') } },
    // On a ground of their own, for lines run through them.
    axisLabel: {
      color: colourOf('--muted'),
      fontSize: 11,
      backgroundColor: colourOf('--surface'),
      padding: [1, 3],
      borderRadius: 3,
    },
    minorTick: { show: false },
    splitLine: { show: false },
    areaSelectStyle: {
      width: 18,
      color: colourOf('--accent'),
      borderColor: colourOf('--accent'),
      opacity: 0.25,
    },
  };
}

function axisOption(axis: ParallelAxis, dim: number, { least, last }: { least: number; last: number }) {
  const labels = labelsOf(axis);
  const places = labels.map(({ place }) => place);
  const textAt = (place: number) => labels.find((one) => Math.abs(one.place - place) < 1e-9)?.text ?? '';
  const scale = axis.kind === 'number' && axis.log ? ' (log)' : '';
  return {
    dim,
    id: axis.key,
    name: `${axis.symbol}${scale}`,
    // The outer names grow inwards: a metric's is wider than the margin.
    nameTextStyle: { align: dim === 0 ? 'left' : dim === last ? 'right' : 'center' },
    type: 'value',
    min: least,
    max: 1,
    axisTick: { customValues: places },
    axisLabel: { customValues: places, formatter: textAt },
  };
}

/** The ground under what is absent. */
function bandOf(least: number, colourOf: ColourOf) {
  const long = HEIGHT - MARGIN.top - MARGIN.bottom;
  const y = (place: number) => MARGIN.top + (1 - (place - least) / (1 - least)) * long;
  const [top, bottom] = [y(BAND.to), y(BAND.from)];
  return [
    {
      type: 'rect',
      silent: true,
      z: -1,
      // Wider than any screen; the canvas cuts it.
      shape: { x: 0, y: top, width: 8_000, height: bottom - top },
      style: { fill: colourOf('--sunken') },
    },
    {
      type: 'text',
      silent: true,
      x: 6,
      y: (top + bottom) / 2,
      style: { text: 'n/a', fill: colourOf('--muted'), font: `11px ${FONT}`, textVerticalAlign: 'middle' },
    },
  ];
}

function tooltipOf(trial: TrialSummary | undefined, axes: readonly ParallelAxis[]): string {
  if (trial === undefined) return '';
  const rows = axes.map((axis) => {
    const value = valueOn(axis.key, trial);
    return `<div style="display:flex;gap:1rem;justify-content:space-between"><span>${escapeXml(axis.symbol)}</span><b>${escapeXml(sayValue(axis, value))}</b></div>`;
  });
  return `<b>#${trial.number} ${escapeXml(trial.config?.loss ?? '')}</b>, seed ${trial.config?.seed}${rows.join('')}`;
}
