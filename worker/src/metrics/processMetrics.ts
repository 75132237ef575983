/** What every process of the platform says of itself: memory, processor time, how late its event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from './registry.js';

/** Timers of the histogram fire this often; what is beyond it is lateness. */
const RESOLUTION_MS = 20;

/** @returns stops measuring */
export function addProcessMetrics(registry: Registry): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lag: { quantile: string; seconds: number }[] = [];
  // Since the last time somebody asked, so that one bad minute is not averaged away over days.
  registry.onCollect(() => {
    lag = [50, 99, 100].map((percent) => {
      const lateMs = Math.max(0, delay.percentile(percent) / 1e6 - RESOLUTION_MS);
      return { quantile: String(percent / 100), seconds: Number.isFinite(lateMs) ? lateMs / 1_000 : 0 };
    });
    delay.reset();
  });
  registry.gauge('adt_event_loop_lag_seconds', 'How late timers were since the last scrape.', () =>
    lag.map(({ quantile, seconds }) => ({ labels: { quantile }, value: seconds })),
  );
  registry.gauge('adt_process_resident_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  registry.gauge('adt_process_cpu_seconds', 'Processor time of the process so far.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return () => delay.disable();
}
