/** What the platform's processes use while something runs: CPU in percent of one core, memory over time. */
import { cpuSeconds, residentMiB } from './processUse.js';
import type { Rig } from './rig.js';

const SAMPLE_MS = 1_000;

export type Use = {
  seconds: number;
  /** Percent of one core. */
  coordinatorCpu: number;
  postgresCpu: number;
  natsCpu: number;
  /** MiB, of the coordinator. */
  rssFirst: number;
  rssMost: number;
  rssLast: number;
  /** MiB a minute, least squares over the second half. */
  rssSlope: number;
};

export type Watch = { end(): Use };

export function watchUse(rig: Rig): Watch {
  const began = performance.now();
  const before = cpuOf(rig);
  const samples: [minutes: number, miB: number][] = [];
  const sample = () =>
    samples.push([(performance.now() - began) / 60_000, residentMiB(rig.pids.coordinator)]);
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    end() {
      clearInterval(timer);
      sample();
      const seconds = (performance.now() - began) / 1_000;
      const after = cpuOf(rig);
      const percent = (name: keyof typeof after) => round((100 * (after[name] - before[name])) / seconds, 1);
      const sizes = samples.map(([, miB]) => miB);
      return {
        seconds: round(seconds, 1),
        coordinatorCpu: percent('coordinator'),
        postgresCpu: percent('postgres'),
        natsCpu: percent('nats'),
        rssFirst: round(sizes[0] ?? Number.NaN, 1),
        rssMost: round(Math.max(...sizes), 1),
        rssLast: round(sizes.at(-1) ?? Number.NaN, 1),
        rssSlope: round(slope(samples.slice(samples.length >> 1)), 2),
      };
    },
  };
}

function cpuOf({ pids }: Rig): Record<'coordinator' | 'postgres' | 'nats', number> {
  return {
    coordinator: cpuSeconds(pids.coordinator),
    postgres: cpuSeconds(pids.postgres),
    nats: cpuSeconds(pids.nats),
  };
}

/** Of the line through the points that is nearest by least squares; 0 of fewer than two. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread > 0 ? points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread : 0;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
