/** Where a sweep file comes from on the command line: a file, stdin, or a preset with its flags. */
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { Command } from 'commander';
import { PRESETS, renderPreset } from '../search/presets/preset.js';
import type { PRESET_OPTIONS } from '../search/presets/presetText.js';
import { Refused, UsageError } from './failure.js';
import { numberOption } from './options.js';
import { readSweepFile, type SweepFile } from './sweepFile.js';

/** What a preset is filled in with. */
export type PresetFlags = {
  dataset?: string[];
  model?: string[];
  epochs?: number;
  evalEvery?: number;
  validUsers?: number;
};

export type SourceFlags = PresetFlags & { preset?: string };

const FLAGS = [
  'dataset',
  'model',
  'epochs',
  'evalEvery',
  'validUsers',
] as const satisfies (keyof PresetFlags)[];

/** Adds the flags that fill in a preset. */
export function presetOptions(command: Command): Command {
  return command
    .option('--dataset <names>', 'data sets of the preset, with commas', names)
    .option('--model <names>', 'models of the preset, with commas', names)
    .option('--epochs <n>', 'epochs of each training', numberOption('--epochs'))
    .option('--eval-every <n>', 'iterations between validations', numberOption('--eval-every'))
    .option('--valid-users <n>', 'users that a validation ranks, 0: all', numberOption('--valid-users'));
}

/** Adds `--preset` with its flags, in place of a file. */
export function sourceOptions(command: Command): Command {
  const known = PRESETS.map(({ name }) => name).join(', ');
  return presetOptions(command.option('--preset <name>', `in place of a file: ${known}`));
}

/**
 * The sweep file that was asked for.
 * @throws UsageError when it is not one of file and preset, Refused with a line for each thing wrong with the preset
 */
export async function readSource(path: string | undefined, flags: SourceFlags): Promise<SweepFile> {
  const { preset, ...filling } = flags;
  if (preset !== undefined) {
    if (path !== undefined) throw new UsageError('--preset: takes the place of the file: give one of them');
    return { spec: presetText(preset, filling, '--preset'), format: SpecFormat.YAML };
  }
  if (path === undefined) throw new UsageError('file: give a sweep file, or --preset (adt sweep presets)');
  const stray = FLAGS.find((flag) => filling[flag] !== undefined);
  if (stray !== undefined)
    throw new UsageError(`${dashed(stray)}: goes with --preset; a file says it itself`);
  return readSweepFile(path);
}

/**
 * The preset's sweep file as YAML.
 * @param path what a wrong name is called in the refusal
 * @throws Refused with a line for each thing that is wrong or missing
 */
export function presetText(name: string, flags: PresetFlags, path: string): string {
  const { dataset, model, epochs, evalEvery, validUsers } = flags;
  const missing = [
    ...(dataset === undefined ? [{ path: '--dataset', message: 'is required: names with commas' }] : []),
    ...(model === undefined
      ? [{ path: '--model', message: 'is required: GMF, NeuMF, CDAE, with commas' }]
      : []),
  ];
  const rendered = renderPreset({
    name,
    // What is missing is said in our own words.
    datasets: dataset ?? ['missing'],
    models: model ?? ['GMF'],
    options: withoutAbsent({ epochs, eval_every: evalEvery, valid_users: validUsers }),
  });
  if (rendered.ok && missing.length === 0) return rendered.spec;
  const findings = rendered.ok ? [] : rendered.findings;
  const violations = findings.map((finding) => ({
    path: flagOf(finding.path, path),
    message: finding.message,
  }));
  throw new Refused('the preset is refused', 'SPACE_INVALID', [...violations, ...missing]);
}

type Option = (typeof PRESET_OPTIONS)[number];

function withoutAbsent(options: Record<Option, number | undefined>): Partial<Record<Option, number>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** `datasets[1]` was said as `--dataset`, `options.eval_every` as `--eval-every`. */
function flagOf(path: string, preset: string): string {
  if (path === 'preset') return preset;
  return path
    .replace(/^datasets/, '--dataset')
    .replace(/^models/, '--model')
    .replace(/^options\.(.*)$/, (_, name: string) => `--${name.replaceAll('_', '-')}`);
}

function dashed(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
