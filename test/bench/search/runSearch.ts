/** One search on one objective, trial by trial: how good the configuration is that looks best so far. */
import type { Parameter } from '@adt/coordinator/search/document';
import { type Assignment, countConfigurations, domainSize, expandGrid } from '@adt/coordinator/search/grid';
import type { Observation } from '@adt/coordinator/search/history';
import { normalPair } from '@adt/coordinator/search/normal';
import { keyOf, philox } from '@adt/coordinator/search/philox';
import { pick } from '@adt/coordinator/search/random';
import { type Sampler, suggest } from '@adt/coordinator/search/sampler';

/** What a search is run on; larger scores are better. */
export type Task = {
  name: string;
  parameters: readonly Parameter[];
  score(assignment: Assignment): number;
  /** Standard deviation of what is observed about the score. */
  noise: number;
};

/**
 * True scores of the incumbents: entry n is that after n + 1 trials.
 * @param parallel trials that run at once; the oldest ends when the next is asked for
 * @param blind hides from the sampler what runs, but for not repeating it
 */
export function runSearch(params: {
  task: Task;
  method: Sampler;
  seed: number;
  trials: number;
  parallel?: number;
  blind?: boolean;
}): number[] {
  const { task, method, seed, trials, parallel = 1, blind = false } = params;
  const observe = observer(task, seed);
  const history: Observation[] = [];
  const unfinished = { outcome: blind ? 'failed' : 'running', score: null, step: null } as const;
  while (history.length < trials) {
    const ended = history.length - parallel;
    const oldest = history[ended];
    if (oldest !== undefined) history[ended] = { ...oldest, ...observe(oldest.assignment, ended) };
    const next = suggest({
      ...{ method, parameters: task.parameters, samplerSeed: seed, stratum: [task.name], history },
    });
    if (next === null) break;
    history.push({ assignment: next.assignment, ...unfinished });
  }
  return incumbents(
    task,
    history.map(({ assignment }) => assignment),
    seed,
  );
}

/** A grid of as many even levels along each parameter as the trials allow, all of it run; null where two are too many. */
export function runGrid(task: Task, trials: number): number | null {
  for (let levels = 2, finest: Parameter[] | null = null; ; levels++) {
    const next = task.parameters.map((parameter) => withLevels(parameter, levels));
    const grown = countConfigurations(next) > (finest === null ? 0 : countConfigurations(finest));
    if (countConfigurations(next) <= trials && grown) {
      finest = next;
      continue;
    }
    return finest === null ? null : (incumbents(task, [...expandGrid(finest)], 1).at(-1) as number);
  }
}

/** Lists stay whole: their values may be parents. */
function withLevels(parameter: Parameter, levels: number): Parameter {
  const { domain } = parameter;
  if (domain.kind === 'choice') return parameter;
  const count = Math.min(levels, domainSize(domain));
  const values = Array.from({ length: count }, (_, index) => pick(domain, (index + 0.5) / count));
  return { ...parameter, domain: { kind: 'choice', values: [...new Set(values)], probabilities: null } };
}

function incumbents(task: Task, assignments: readonly Assignment[], seed: number): number[] {
  const observe = observer(task, seed);
  let best = { seen: Number.NEGATIVE_INFINITY, score: Number.NEGATIVE_INFINITY };
  return assignments.map((assignment, trial) => {
    const seen = observe(assignment, trial).score;
    if (seen > best.seen) best = { seen, score: task.score(assignment) };
    return best.score;
  });
}

/** The n-th trial of a seed has the same luck under every sampler. */
function observer({ score, noise, name }: Task, seed: number) {
  const key = keyOf('noise', name, seed);
  return (assignment: Assignment, trial: number) => {
    const [first, second] = philox([trial, 0, 0, 0], key);
    const [luck] = normalPair((first + 0.5) / 2 ** 32, second / 2 ** 32);
    return { outcome: 'done', score: score(assignment) + noise * luck, step: null } as const;
  };
}
