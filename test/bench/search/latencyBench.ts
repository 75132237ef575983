/** How long a suggestion takes, by the trials that went before. */
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Observation } from '@adt/coordinator/search/history';
import { keyOf } from '@adt/coordinator/search/philox';
import { draw } from '@adt/coordinator/search/random';
import { SAMPLERS, suggest } from '@adt/coordinator/search/sampler';
import { OBJECTIVES, type Objective } from './objectives.js';
import { round } from './summary.js';

/** Six continuous parameters; six, some of them conditional; four, most of them lists. */
const SPACES = ['Hartmann-6', 'nested conditions', 'noisy valley'];

export type LatencyRow = {
  space: string;
  sampler: string;
  trials: number;
  /** By the clock, so with what other processes took. */
  p50Ms: number;
  p95Ms: number;
  /** Processor time of this process, its garbage collection counted. */
  cpuP50Ms: number;
  cpuP95Ms: number;
  /** How many processes the machine ran in the last minute. */
  load: number;
};

export function benchLatency(sizes: readonly number[], repeats: number): LatencyRow[] {
  return OBJECTIVES.filter(({ name }) => SPACES.includes(name)).flatMap((objective) =>
    sizes.flatMap((trials) => {
      const history = historyOf(objective, trials);
      return SAMPLERS.map((method) => {
        const ask = (samplerSeed: number) =>
          suggest({ method, parameters: objective.parameters, samplerSeed, stratum: ['latency'], history });
        for (let warmUp = 0; warmUp < 5; warmUp++) ask(warmUp);
        const timed = Array.from({ length: repeats }, (_, repeat) => time(() => ask(repeat)));
        const quantile = (clock: 'wallMs' | 'cpuMs', share: number) =>
          round(timed.map((one) => one[clock]).sort((a, b) => a - b)[Math.floor(share * repeats)] as number);
        return {
          ...{ space: objective.name, sampler: method, trials },
          ...{ p50Ms: quantile('wallMs', 0.5), p95Ms: quantile('wallMs', 0.95) },
          ...{ cpuP50Ms: quantile('cpuMs', 0.5), cpuP95Ms: quantile('cpuMs', 0.95) },
          load: round(loadavg()[0] ?? 0),
        };
      });
    }),
  );
}

function time(work: () => unknown): { wallMs: number; cpuMs: number } {
  const [started, used] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(used);
  return { wallMs: performance.now() - started, cpuMs: (user + system) / 1000 };
}

function historyOf({ parameters, score }: Objective, trials: number): Observation[] {
  const key = keyOf('latency');
  return Array.from({ length: trials }, (_, ordinal) => {
    const assignment = draw(parameters, key, ordinal, 0);
    return { assignment, outcome: 'done', score: score(assignment), step: null };
  });
}
