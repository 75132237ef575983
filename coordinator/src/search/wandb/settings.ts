/** The rest of a W&B file: method, metric, early termination, run cap, and the command's literal arguments. */
import { metricName } from '@adt/proto/metric';
import { isMaximized } from '@adt/proto/metricGoal';
import { didYouMean } from '@adt/proto/nearest';
import { TRAINING_DEFAULTS } from '@adt/proto/trainingConfig';
import { MAX_RUNS } from '../budget.js';
import { at, type Findings, quote } from '../finding.js';
import { type Mapping, readInteger } from '../read.js';
import type { Leaf } from './arms.js';
import { meaningOf } from './names.js';
import { type Notes, note, refuseAll } from './note.js';

/** Configurations a stratum where W&B would go on until it is stopped: as many as the design's example has. */
const DEFAULT_BUDGET = 30;

export function translateMethod(value: unknown, notes: Notes): 'grid' | 'random' | 'tpe' {
  const path = 'method';
  if (value === 'grid' || value === 'random') {
    note(notes, 'kept', path, value);
    return value;
  }
  if (value === 'bayes') {
    note(
      notes,
      'translated',
      path,
      'bayes is tpe here: a tree of Parzen estimators instead of a Gaussian process',
    );
    return 'tpe';
  }
  const guess = typeof value === 'string' ? didYouMean(value, ['grid', 'random', 'bayes']) : '';
  note(notes, 'refused', path, `must be grid, random or bayes (got ${quote(value)})${guess}`);
  return 'random';
}

/** undefined: ranked by the default, valid/recall@ the first topk. */
export function translateMetric(
  value: unknown,
  losses: readonly string[],
  notes: Notes,
): Mapping | undefined {
  if (value === undefined || value === null) return undefined;
  const { name, goal, target, ...unknown } = value as Mapping;
  for (const key of Object.keys(unknown))
    note(notes, 'refused', at('metric', key), 'is not a key of a W&B metric');
  if (target !== undefined) note(notes, 'dropped', 'metric.target', 'a sweep ends with its budget');
  const metric = typeof name === 'string' ? metricOf(name) : null;
  if (metric === null) {
    note(
      notes,
      'refused',
      'metric.name',
      `${quote(name)} ranks nothing here: take valid/recall@50 or valid/ndcg@50`,
    );
    return undefined;
  }
  if (metric === 'valid/loss' && losses.length > 1) {
    const message = 'losses have different scales: take valid/recall@50 to compare them, or sweep one loss';
    note(notes, 'refused', 'metric.name', message);
    return undefined;
  }
  if (metric !== name) note(notes, 'translated', 'metric.name', `${quote(name)} is ${metric} here`);
  else note(notes, 'kept', 'metric.name', metric);
  return { name: metric, goal: goalOf(metric, goal, notes) };
}

/** `val_recall_20`, `Recall@20`, `eval/ndcg@5` are of the validation part; what names test or train is not. */
function metricOf(name: string): string | null {
  if (metricName.safeParse(name).success && name.startsWith('valid/')) return name;
  if (/test|train/i.test(name)) return null;
  const ranking = name.match(/(?<![a-z])(recall|ndcg)[-_@/ ]*(?:at)?[-_@/ ]*([1-9]\d{0,3})$/i);
  if (ranking !== null) return `valid/${ranking[1]?.toLowerCase()}@${ranking[2]}`;
  return /^(val|valid|validation|eval)[-_/. ]?loss$/i.test(name) ? 'valid/loss' : null;
}

function goalOf(metric: string, goal: unknown, notes: Notes): string {
  const natural = isMaximized(metric) ? 'maximize' : 'minimize';
  if (goal === natural) note(notes, 'kept', 'metric.goal', natural);
  else if (goal === undefined && natural === 'maximize')
    note(notes, 'translated', 'metric.goal', 'is maximize: W&B would minimize where nothing is said');
  else if (goal !== undefined)
    note(notes, 'refused', 'metric.goal', `must be ${natural} for ${metric} (got ${quote(goal)})`);
  return natural;
}

/**
 * W&B counts reports of the metric, which are validations; iterations here. Its first bracket is min_iter, or
 * max_iter / eta^s.
 * @param evalEvery iterations between validations
 */
export function translateEarlyTerminate(
  value: unknown,
  evalEvery: number,
  notes: Notes,
): Mapping | undefined {
  if (value === undefined || value === null) return undefined;
  const path = 'early_terminate';
  const { type, eta = 3, min_iter, max_iter, s, strict, ...unknown } = value as Mapping;
  for (const key of Object.keys(unknown))
    note(notes, 'refused', at(path, key), 'is not a key of W&B hyperband');
  if (type !== 'hyperband') {
    note(notes, 'refused', at(path, 'type'), `W&B has hyperband only (got ${quote(type)})`);
    return undefined;
  }
  if (strict !== undefined) note(notes, 'dropped', at(path, 'strict'), 'a rung keeps the best 1/eta here');
  const numbers = [eta, min_iter ?? 1, max_iter ?? 1, s ?? 0];
  if (!numbers.every((number) => Number.isInteger(number) && Number(number) >= 0) || Number(eta) < 2) {
    note(notes, 'refused', path, 'eta (from 2), min_iter, max_iter and s must be whole numbers');
    return undefined;
  }
  const first = firstBracket({ eta: Number(eta), min_iter, max_iter, s });
  if (first === null) {
    note(notes, 'refused', path, 'needs min_iter, or max_iter with s');
    return undefined;
  }
  const steps = Math.max(Math.round(first * evalEvery), 1);
  const rung = `the first rung is ${first} validations × eval_every ${evalEvery} = min_steps ${steps}`;
  const later =
    max_iter === undefined || min_iter === undefined ? '' : '; max_iter is the length of a training here';
  note(notes, 'translated', path, `${rung}${later}; for T-CE not before eps_n`);
  return { type: 'hyperband', eta: Number(eta), min_steps: steps };
}

function firstBracket(keys: {
  eta: number;
  min_iter: unknown;
  max_iter: unknown;
  s: unknown;
}): number | null {
  if (keys.min_iter !== undefined) return Number(keys.min_iter);
  if (keys.max_iter === undefined || keys.s === undefined) return null;
  return Math.max(Math.floor(Number(keys.max_iter) / keys.eta ** Number(keys.s)), 1);
}

export function translateBudget(cap: unknown, isGrid: boolean, notes: Notes): Mapping | undefined {
  if (cap !== undefined && cap !== null) {
    const findings: Findings = [];
    readInteger(cap, 'run_cap', [1, MAX_RUNS], findings);
    refuseAll(notes, findings);
    note(notes, 'translated', 'run_cap', `budget.max_trials ${quote(cap)}: trainings in all, seeds counted`);
    if (isGrid)
      note(notes, 'translated', 'run_cap', 'a grid larger than its budget is refused here, not cut');
    return { max_trials: cap };
  }
  if (isGrid) return undefined;
  const message = `max_trials_per_stratum ${DEFAULT_BUDGET}: W&B goes on until it is stopped, a sweep here has an end`;
  note(notes, 'added', 'budget', message);
  return { max_trials_per_stratum: DEFAULT_BUDGET };
}

/** Literal `--key=value` and `--key value` of `command:`, which W&B passes to every run. */
export function commandLeaves(command: unknown, known: readonly Leaf[], notes: Notes): Leaf[] {
  if (command === undefined || command === null) return [];
  note(notes, 'dropped', 'command', 'the workers train by themselves; no script is called');
  if (!Array.isArray(command)) return [];
  const words = command.map((word) => (typeof word === 'object' ? '' : String(word)));
  return words.flatMap((word, index) => {
    const flag = word.match(/^--([A-Za-z][\w-]*)(?:=(.*))?$/s);
    if (flag === null) return [];
    const next = words[index + 1];
    const text = flag[2] ?? (next !== undefined && !/^(--|\$\{)/.test(next) ? next : undefined);
    const path = `command[${index}]`;
    const name = flag[1] ?? '';
    if (text === undefined || known.some((leaf) => meansTheSame(leaf.word, name))) {
      note(
        notes,
        'dropped',
        path,
        text === undefined ? `${word} has no value` : `${word} is searched: W&B overrides it`,
      );
      return [];
    }
    return [{ path, word: name, entry: { value: numberOr(text) } }];
  });
}

function meansTheSame(one: string, other: string): boolean {
  const [a, b] = [meaningOf(one), meaningOf(other)];
  return 'name' in a && 'name' in b ? a.name === b.name : one === other;
}

function numberOr(text: string): string | number {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

/** Iterations between validations: the fewest that any run has. */
export function evalEveryOf(entry: Mapping | undefined): number {
  const values = [entry?.value, entry?.min, ...(Array.isArray(entry?.values) ? entry.values : [])];
  const numbers = values.filter((value): value is number => typeof value === 'number');
  return numbers.length === 0 ? TRAINING_DEFAULTS.eval_every : Math.min(...numbers);
}
