/** Parallel axes: which parameters have one, and where on it each trial lies. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { formatMetric, formatParameter } from '../../format/number';
import { ticksOf } from '../plots/ticks';
import { SEARCHED } from '../sweep/parameters';

/** What a trial has on an axis: a number, a name, or nothing (the parameter is not active). */
export type AxisValue = number | string | undefined;

type AxisBase = {
  key: string;
  symbol: string;
  /** Some trial has nothing there. */
  hasAbsent: boolean;
};

export type NumberAxis = AxisBase & {
  kind: 'number';
  low: number;
  high: number;
  log: boolean;
  /** A log axis needs values above 0. */
  canLog: boolean;
  /** Where it has a number. */
  ticks: readonly number[];
};

export type NameAxis = AxisBase & { kind: 'name'; names: readonly string[] };

export type ParallelAxis = NumberAxis | NameAxis;

/** Of the trial's objective; always the last axis at first. */
export const OBJECTIVE = 'objective';

/** Places run from 0 to 1; a trial without a value lies in a band of its own below. */
export const ABSENT_PLACE = -0.175;
export const BAND = { from: -0.25, to: -0.1 } as const;

/** From here on a parameter is spread evenly by its logarithm. */
const LOG_RATIO = 50;
/** Up to so many distinct values each has its own tick. */
const OWN_TICKS = 7;

const NAMES = [
  { key: 'dataset', symbol: 'data set' },
  { key: 'model', symbol: 'model' },
  { key: 'loss', symbol: 'loss' },
] as const;

const FIXED = [
  { key: 'factors', symbol: 'factors' },
  { key: 'negatives', symbol: 'negatives' },
  { key: 'batchSize', symbol: 'batch size' },
  { key: 'epochs', symbol: 'epochs' },
] as const;

export function valueOn(key: string, { config, bestValue }: TrialSummary): AxisValue {
  if (key === OBJECTIVE) return bestValue;
  const value = config?.[key as keyof typeof config];
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/**
 * Axes of what varies among the trials, names first, the objective last. A parameter that some trials have and others
 * have not varies too.
 * @param logs keys whose scale the reader has set; true: logarithmic
 */
export function axesOf(
  trials: readonly TrialSummary[],
  objective: string,
  logs: ReadonlyMap<string, boolean> = new Map(),
): ParallelAxis[] {
  const varies = ({ key }: { key: string }) => new Set(trials.map((trial) => valueOn(key, trial))).size > 1;
  const names = NAMES.filter(varies).map(({ key, symbol }) => nameAxis(key, symbol, trials));
  const numbers = [...SEARCHED, ...FIXED].filter(varies);
  return [
    ...names,
    ...[...numbers, { key: OBJECTIVE, symbol: objective }].flatMap(({ key, symbol }) =>
      numberAxis(key, symbol, trials, logs.get(key)),
    ),
  ];
}

function nameAxis(key: string, symbol: string, trials: readonly TrialSummary[]): NameAxis {
  const values = trials.map((trial) => String(valueOn(key, trial) ?? ''));
  return { kind: 'name', key, symbol, hasAbsent: false, names: [...new Set(values)].sort() };
}

function numberAxis(
  key: string,
  symbol: string,
  trials: readonly TrialSummary[],
  wanted: boolean | undefined,
): NumberAxis[] {
  const values = trials.flatMap((trial) => {
    const value = valueOn(key, trial);
    return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
  });
  if (values.length === 0) return [];
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const low = distinct[0] ?? 0;
  const high = distinct.at(-1) ?? low;
  const canLog = low > 0 && high > low;
  const log = canLog && (wanted ?? (key !== OBJECTIVE && high / low >= LOG_RATIO));
  const ticks = distinct.length <= OWN_TICKS ? distinct : log ? decades(low, high) : ticksOf(low, high, 5);
  return [
    { kind: 'number', key, symbol, hasAbsent: values.length < trials.length, low, high, canLog, log, ticks },
  ];
}

/** 1, 2 and 5 times the powers of ten, thinned to powers alone where they are many. */
function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const all = Array.from({ length: last - first + 1 }, (_, at) => first + at).flatMap((power) =>
    factors.map((factor) => Number((factor * 10 ** power).toPrecision(3))),
  );
  return all.filter((tick) => tick >= low && tick <= high);
}

/** 0 to 1 along the axis, or the place of what is absent. */
export function placeOn(axis: ParallelAxis, value: AxisValue): number {
  if (value === undefined) return ABSENT_PLACE;
  if (axis.kind === 'name') {
    const at = axis.names.indexOf(String(value));
    return at === -1 ? ABSENT_PLACE : (at + 0.5) / axis.names.length;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return ABSENT_PLACE;
  const { low, high, log } = axis;
  if (high === low) return 0.5;
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** Places that have a label, the absent ones included. */
export function labelsOf(axis: ParallelAxis): { place: number; text: string }[] {
  const own =
    axis.kind === 'name'
      ? axis.names.map((name) => ({ place: placeOn(axis, name), text: name }))
      : axis.ticks.map((tick) => ({ place: placeOn(axis, tick), text: formatParameter(tick) }));
  return axis.hasAbsent ? [{ place: ABSENT_PLACE, text: 'n/a' }, ...own] : own;
}

export function sayValue(axis: ParallelAxis, value: AxisValue): string {
  if (value === undefined) return 'n/a';
  if (typeof value === 'string') return value;
  return axis.key === OBJECTIVE ? formatMetric(value) : formatParameter(value);
}

/** What is brushed on each axis, in places; an axis that is not in it lets everything through. */
export type Brushes = ReadonlyMap<string, readonly (readonly [number, number])[]>;

/** Rounding of the picture: an end that lies on a value takes it in. */
const EDGE = 1e-6;

export function isInside(trial: TrialSummary, axes: readonly ParallelAxis[], brushes: Brushes): boolean {
  return axes.every((axis) => {
    const intervals = brushes.get(axis.key) ?? [];
    const place = placeOn(axis, valueOn(axis.key, trial));
    return (
      intervals.length === 0 || intervals.some(([from, to]) => place >= from - EDGE && place <= to + EDGE)
    );
  });
}

/** Axes as the reader has ordered them; one that is new comes where it would stand by itself, before the objective. */
export function inOrder(axes: readonly ParallelAxis[], order: readonly string[]): ParallelAxis[] {
  const place = ({ key }: ParallelAxis) => {
    const at = order.indexOf(key);
    return at === -1 ? order.length - 1.5 : at;
  };
  return order.length === 0 ? [...axes] : [...axes].sort((a, b) => place(a) - place(b));
}

/** @returns keys with that axis one place further to the left (-1) or right (1) */
export function moved(axes: readonly ParallelAxis[], key: string, by: -1 | 1): string[] {
  const keys = axes.map((axis) => axis.key);
  const at = keys.indexOf(key);
  const to = at + by;
  if (at === -1 || to < 0 || to >= keys.length) return keys;
  return keys.toSpliced(at, 1).toSpliced(to, 0, key);
}
