/** The sweep file that confirms what a sweep has chosen on more seeds: nothing is searched again, arms stay comparable. Pure. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { stringify } from 'yaml';
import { assignmentOf } from './assignment.js';
import { parseSpec, type SpecText } from './parse.js';
import { MAX_SEEDS, readSeeds } from './seeds.js';

const MAX_NAME_CHARS = 100;
const DEFAULT_BASE = 2019;

export type SeedsFile = { ok: true; spec: string } | { ok: false; message: string };

/**
 * @param text the file of the sweep
 * @param chosen the configuration of rank 1 of each of its strata; empty where nothing was confirmed yet: the file is then
 *   the sweep's own, with confirmation
 * @param count seeds to add
 */
export function moreSeedsFile(text: SpecText, chosen: readonly TrainingConfig[], count: number): SeedsFile {
  const parsed = parseSpec(text);
  if (!parsed.ok) return { ok: false, message: `the stored sweep file can't be read: ${parsed.message}` };
  const root = parsed.value as Record<string, unknown>;
  const { seeds: search, samplerSeed, confirm } = readSeeds(root.seeds, []);
  const before = chosen.length === 0 ? [] : (confirm?.seeds ?? []);
  const after = [...before, ...freshSeeds([...search, ...before], before.at(-1) ?? DEFAULT_BASE - 1, count)];
  if (after.length > MAX_SEEDS)
    return {
      ok: false,
      message: `a sweep has at most ${MAX_SEEDS} confirmation seeds: ${before.length} are there, ${count} more are asked for`,
    };
  const seeds = { search, sampler: samplerSeed, confirm: after };
  const body = chosen.length === 0 ? root : fixedTo(root, chosen);
  return { ok: true, spec: stringify({ ...body, name: nameWith(root.name, after.length), seeds }) };
}

/** The next ones that neither search nor confirmation has used. */
function freshSeeds(used: readonly number[], last: number, count: number): number[] {
  const fresh: number[] = [];
  for (let seed = last + 1; fresh.length < count; seed++) if (!used.includes(seed)) fresh.push(seed);
  return fresh;
}

/** One configuration a stratum: what was searched is an override, so that the space is the arms alone. */
function fixedTo(root: Record<string, unknown>, chosen: readonly TrainingConfig[]): Record<string, unknown> {
  const { description, pool, retry, priority } = root;
  const distinct = (read: (config: TrainingConfig) => string) => [...new Set(chosen.map(read))];
  return {
    ...(description === undefined ? {} : { description }),
    method: 'grid',
    parameters: {
      dataset: { values: distinct(({ dataset }) => dataset) },
      model: { values: distinct(({ model }) => model) },
      loss: { values: distinct(({ loss }) => loss) },
    },
    overrides: chosen.flatMap(overridesOf),
    ...(pool === undefined ? {} : { pool }),
    ...(retry === undefined ? {} : { retry }),
    ...(priority === undefined ? {} : { priority }),
    ...concurrencyOf(root.budget),
  };
}

/** Losses of a data set have one yardstick: metric and cut-offs can't be set for one of them. */
function overridesOf(config: TrainingConfig) {
  const { dataset, model, loss, select, topk } = config;
  return [
    { when: { dataset, model }, set: { 'metric.name': select, topk } },
    { when: { dataset, model, loss }, set: assignmentOf(config) },
  ];
}

function concurrencyOf(budget: unknown): { budget?: { max_concurrent: unknown } } {
  if (typeof budget !== 'object' || budget === null || !('max_concurrent' in budget)) return {};
  return { budget: { max_concurrent: budget.max_concurrent } };
}

/** `name, 20 seeds`, in the place of an earlier such ending. */
function nameWith(name: unknown, seeds: number): string {
  const ending = `, ${seeds} seeds`;
  const stem = String(name).replace(/, \d+ seeds$/, '');
  return `${stem.slice(0, MAX_NAME_CHARS - ending.length)}${ending}`;
}
