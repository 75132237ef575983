'use client';
/** A chart that ECharts draws. Its code is loaded when the first one is shown. */
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { Skeleton } from '@/components/ui/skeleton';
import { onThemeChange, tokenColour } from './colours';
import type { ChartDrawing, ColourOf } from './drawing';

export type EchartOption = (colourOf: ColourOf) => EChartsCoreOption;

type EchartPlotProps = {
  /** Said by screen readers; the numbers are in the frame's digest. */
  label: string;
  /** Memoise it: the chart is drawn anew whenever it changes. */
  option: EchartOption;
  height: number;
  /** Once for each chart, to listen to it. */
  onReady?: (chart: EChartsType) => void;
  /** After each drawing. Memoise it as well. */
  onDrawn?: (chart: EChartsType) => void;
};

type Loaded = typeof import('./echarts');
let loaded: Loaded | null = null;

export function EchartPlot({ label, option, height, onReady, onDrawn }: EchartPlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const [theme, setTheme] = useState(0);
  const [failed, setFailed] = useState(false);
  const ready = useRef(onReady);
  ready.current = onReady;

  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);

  useEffect(() => {
    const gone = new AbortController();
    let drawn: EChartsType | null = null;
    import('./echarts')
      .then((module) => {
        loaded = module;
        const element = host.current;
        if (element === null || gone.signal.aborted) return;
        drawn = module.init(element, null, { renderer: 'canvas' });
        setChart(drawn);
        ready.current?.(drawn);
      })
      .catch(() => setFailed(true));
    return () => {
      gone.abort();
      drawn?.dispose();
      setChart(null);
    };
  }, []);

  useEffect(() => {
    const element = host.current;
    if (element === null || chart === null) return undefined;
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(element);
    return () => resize.disconnect();
  }, [chart]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew in the colours of another theme
  useEffect(() => {
    const element = host.current;
    if (element === null || chart === null) return;
    chart.setOption(
      option((variable) => tokenColour(element, variable)),
      { notMerge: true },
    );
  }, [chart, option, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever drew it anew
  useEffect(() => {
    if (chart !== null) onDrawn?.(chart);
  }, [chart, option, theme, onDrawn]);

  return (
    <div className="relative" style={{ height }}>
      <div ref={host} role="img" aria-label={label} data-drawn={chart !== null} className="h-full" />
      {chart === null && !failed && <Skeleton className="absolute inset-0" />}
      {failed && (
        <p className="absolute inset-0 grid place-items-center text-muted text-sm">
          The chart's code could not be loaded. Reload the page; the numbers are in the CSV.
        </p>
      )}
    </div>
  );
}

/** The same chart as SVG; null before ECharts is loaded. */
export function echartDrawing(
  option: EchartOption,
  colourOf: ColourOf,
  { width, height }: { width: number; height: number },
): ChartDrawing | null {
  if (loaded === null) return null;
  const chart = loaded.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ ...option(colourOf), animation: false });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return { width, height, svg };
}
