'use client';
/** Fetches what is zoomed in on in full, and forgets it when the whole is looked at again. */
import { useMemo, useState } from 'react';
import type { PlotRange } from '@/components/plots/plotOptions';
import type { Detail } from './detail';
import type { SnapshotCurve } from './snapshot';
import { curveKey } from './state';
import { useFetched } from './useFetched';

type DetailParams = {
  trialIds: readonly number[];
  metrics: readonly string[];
  /** A new attempt has other points: what was fetched is asked for again. */
  epochs: number;
};

export function useDetail({ trialIds, metrics, epochs }: DetailParams): {
  detail: Detail | null;
  onZoom: (range: PlotRange) => void;
} {
  const [range, setRange] = useState<PlotRange>(null);
  const [from, to] = range ? [Math.max(0, Math.floor(range.from)), Math.max(0, Math.ceil(range.to))] : [0, 0];
  const query = new URLSearchParams({
    trials: trialIds.join(),
    metrics: metrics.join(),
    from: String(from),
    to: String(to),
  });
  const isAsked = range !== null && trialIds.length > 0 && metrics.length > 0;
  const asked = isAsked ? `/api/curves?${query}` : null;
  const { value, url } = useFetched<SnapshotCurve[]>(asked, epochs);
  const detail = useMemo(() => {
    if (asked === null || url !== asked || value === null) return null;
    const curves = new Map(value.map((curve) => [curveKey(curve.trialId, curve.metric), curve]));
    return { from, to, curves };
  }, [asked, url, value, from, to]);
  return { detail, onZoom: setRange };
}
