'use client';
/** The parallel coordinates with their controls and what is brushed. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { EChartsType } from 'echarts/core';
import { useRouter } from 'next/navigation';
import { useCallback, useMemo, useRef, useState } from 'react';
import { ChartFrame } from '@/components/plots/chartFrame';
import { lossEntries, useHidden } from '@/components/plots/chartLegend';
import type { ColourOf } from '@/components/plots/drawing';
import { EchartPlot, echartDrawing } from '@/components/plots/echartPlot';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { metricTitle } from '@/format/metric';
import { formatCount } from '@/format/number';
import { axesOf, type Brushes, inOrder, isInside, type ParallelAxis, valueOn } from './axes';
import { AxisControls } from './axisControls';
import { Brushed } from './brushed';
import { HEIGHT, parallelOption } from './parallelOption';

/** The best so many; more lines than the last are not told apart, and take a second to draw. */
const TOP = [25, 100, 500, 2_000];

type Selected = { parallelAxisId?: string; intervals?: [number, number][] };

export function ParallelChart({ sweep, trials }: { sweep: SweepSummary; trials: readonly TrialSummary[] }) {
  const [top, setTop] = useState(100);
  const [order, setOrder] = useState<readonly string[]>([]);
  const [logs, setLogs] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [brushes, setBrushes] = useState<Brushes>(new Map());
  const { hidden, onToggle } = useHidden();
  const title = metricTitle(sweep.metric);
  const { maximize, losses } = sweep;
  const shown = useMemo(() => {
    const seen = trials.filter(({ config }) => !hidden.includes(config?.loss ?? ''));
    return bestOf(seen, maximize, top);
  }, [trials, hidden, maximize, top]);
  const axes = useMemo(() => inOrder(axesOf(shown, title, logs), order), [shown, title, logs, order]);
  // The best on top.
  const drawn = useMemo(() => shown.toReversed(), [shown]);
  const option = useCallback(
    (colourOf: ColourOf) => parallelOption({ axes, trials: drawn, colourOf }),
    [axes, drawn],
  );
  const inside = useMemo(
    () => shown.filter((trial) => isInside(trial, axes, brushes)),
    [shown, axes, brushes],
  );
  const brush = useCallback((key: string, intervals: Intervals) => {
    setBrushes((before) => {
      if (JSON.stringify(before.get(key) ?? []) === JSON.stringify(intervals)) return before;
      const next = new Map(before);
      if (intervals.length === 0) next.delete(key);
      else next.set(key, intervals);
      return next;
    });
  }, []);
  const { listen, apply } = useBrushing(drawn, option, brush);
  const redraw = useCallback((chart: EChartsType) => apply(chart, axes, brushes), [apply, axes, brushes]);
  const legend = lossEntries(losses);
  return (
    <div className="space-y-4">
      <ChartFrame
        title="Parallel coordinates"
        unit={`ranked by ${title}`}
        legend={{ label: 'Losses shown', entries: legend, hidden, onToggle }}
        summary={`${formatCount(shown.length)} trials over ${axes.length} axes; ${formatCount(inside.length)} of them inside what is brushed. The table below lists these.`}
        table={() => tableOf(inside, axes)}
        draw={(colourOf) => echartDrawing(option, colourOf, { width: 1100, height: HEIGHT })}
        controls={
          <Controls
            top={top}
            onTop={setTop}
            total={trials.length}
            brushed={brushes.size > 0}
            onClear={() => setBrushes(new Map())}
          />
        }
        empty={shown.length === 0 ? 'All losses are hidden: switch one on in the legend.' : null}
        note="drag along an axis to brush it, click it to lift the brush · click a line to open its trial"
      >
        <div className="overflow-x-auto">
          <div className="min-w-[40rem]">
            <EchartPlot
              label={`Parallel coordinates of ${shown.length} trials over ${axes.map(({ symbol }) => symbol).join(', ')}`}
              option={option}
              height={HEIGHT}
              onReady={listen}
              onDrawn={redraw}
            />
          </div>
        </div>
      </ChartFrame>
      <AxisControls
        axes={axes}
        brushes={brushes}
        onOrder={setOrder}
        onLog={(key, log) => {
          setLogs((before) => new Map(before).set(key, log));
          // A place on the other scale is another value.
          brush(key, []);
        }}
        onBrush={brush}
      />
      <Brushed trials={inside} total={shown.length} axes={axes} />
    </div>
  );
}

type ControlsProps = {
  top: number;
  total: number;
  brushed: boolean;
  onTop: (top: number) => void;
  onClear: () => void;
};

function Controls({ top, total, brushed, onTop, onClear }: ControlsProps) {
  return (
    <>
      {brushed && (
        <Button size="sm" variant="quiet" onClick={onClear}>
          Lift all brushes
        </Button>
      )}
      <Select
        aria-label="Trials drawn"
        value={String(top)}
        onChange={(event) => onTop(Number(event.target.value))}
        options={TOP.map((count) => ({
          value: String(count),
          label:
            count >= total
              ? `all ${formatCount(total)} of the best ${formatCount(count)}`
              : `best ${formatCount(count)}`,
        }))}
      />
    </>
  );
}

type Intervals = readonly (readonly [number, number])[];

/**
 * Listens to the chart, whose lines may change while it lives, and gives it brushes that it does not hold: those set
 * beside it, and all of them after it was drawn anew. Told again what it holds, it would end a drag under the hand.
 */
function useBrushing(
  drawn: readonly TrialSummary[],
  option: unknown,
  brush: (key: string, intervals: Intervals) => void,
) {
  const router = useRouter();
  const newest = useRef(drawn);
  newest.current = drawn;
  const held = useRef({ option, brushes: new Map<string, Intervals>() });
  const apply = useCallback(
    (chart: EChartsType, axes: readonly ParallelAxis[], brushes: Brushes) => {
      if (held.current.option !== option) held.current = { option, brushes: new Map() };
      for (const { key } of axes) {
        const intervals = brushes.get(key) ?? [];
        if (JSON.stringify(held.current.brushes.get(key) ?? []) === JSON.stringify(intervals)) continue;
        held.current.brushes.set(key, intervals);
        chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: key, intervals });
      }
    },
    [option],
  );
  const listen = useCallback(
    (chart: EChartsType) => {
      chart.on('click', ({ dataIndex }) => {
        const trial = newest.current[dataIndex];
        if (trial) router.push(`/trials/${trial.trialId}`);
      });
      chart.on('axisareaselected', (event) => {
        const { parallelAxisId, intervals } = event as Selected;
        if (parallelAxisId === undefined) return;
        held.current.brushes.set(parallelAxisId, intervals ?? []);
        brush(parallelAxisId, intervals ?? []);
      });
    },
    [brush, router],
  );
  return { listen, apply };
}

function bestOf(trials: readonly TrialSummary[], maximize: boolean, top: number): TrialSummary[] {
  const sign = maximize ? -1 : 1;
  return trials
    .toSorted((a, b) => sign * ((a.bestValue ?? 0) - (b.bestValue ?? 0)) || a.number - b.number)
    .slice(0, top);
}

function tableOf(trials: readonly TrialSummary[], axes: readonly ParallelAxis[]) {
  return {
    columns: ['trial', ...axes.map(({ symbol }) => symbol)],
    rows: trials.map((trial) => [trial.number, ...axes.map(({ key }) => valueOn(key, trial) ?? null)]),
  };
}
