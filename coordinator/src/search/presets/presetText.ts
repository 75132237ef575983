/** What the presets are given, and the lines that they share. */
import type { Hyperparameter, Loss, Model } from '@adt/proto/trainingConfig';

/** What a preset leaves open. Options that are absent are left to the sweep file's defaults, or the preset's own. */
export type PresetParams = { datasets: readonly string[]; models: readonly Model[]; options: PresetOptions };
export type PresetOptions = Partial<Record<(typeof PRESET_OPTIONS)[number], number>>;

export const PRESET_OPTIONS = ['epochs', 'eval_every', 'valid_users'] as const satisfies Hyperparameter[];

/** Values that the paper searched (Wang et al., WSDM 2021, section 4.1). */
export const PAPER_GRID = {
  eps_max: [0.05, 0.1, 0.2],
  eps_n: [1000, 5000, 10_000, 20_000, 30_000],
  beta: [0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0],
} as const;

/** The losses that the presets compare: none of them has to be told the false positives. */
export const COMPARED = ['CE', 'T-CE', 'R-CE'] as const satisfies Loss[];

/** A flow list; names are quoted where YAML would read them as something else, say `1e5` or `null`. */
export function flow(values: readonly (string | number)[]): string {
  return `[${values.map((value) => (typeof value === 'string' ? word(value) : value)).join(', ')}]`;
}

function word(text: string): string {
  const plain = /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) && !/^(null|true|false)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** `parameters:` down to the loss. */
export function armLines({ datasets, models }: PresetParams): string {
  return `parameters:
  dataset: {values: ${flow(datasets)}}
  model:   {values: ${flow(models)}}
  loss:    {values: ${flow(COMPARED)}}`;
}

/** `training:`, or nothing where there is nothing to fix. */
export function trainingLines(options: PresetOptions): string {
  const entries = Object.entries(options).map(([name, value]) => `${name}: ${value}`);
  return entries.length === 0 ? '' : `training: {${entries.join(', ')}}\n`;
}

/** Configurations of a data set and model, and the trainings of the search. */
export function countLine(params: PresetParams, perPair: number, seeds: number): string {
  const pairs = params.datasets.length * params.models.length;
  const pairWord = pairs === 1 ? 'pair' : 'pairs';
  return `# ${pairs} ${pairWord} of data set and model × ${perPair} configurations × ${seeds} seeds = ${pairs * perPair * seeds} trainings to search.`;
}
