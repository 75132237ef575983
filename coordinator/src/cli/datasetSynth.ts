/** `adt dataset synth`: generated data of any size, or of the sizes of the paper's data sets. */
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { openStore, putBundle } from '@adt/worker/data/store';
import { synthesise } from '@adt/worker/data/synthesise';
import { PRESETS, type Preset, type SynthSpec, synthSpec } from '@adt/worker/data/synthPresets';
import type { Command } from 'commander';
import { type Context, openContext } from './context.js';
import { datasetDocument, describeSynth } from './datasetOutput.js';
import { UsageError } from './failure.js';
import { choiceOption, integerOption, numberOption } from './options.js';
import { print, printJson } from './output.js';
import { uploadIfRunning } from './upload.js';

type SynthFlags = {
  name?: string;
  preset?: Preset;
  users?: number;
  items?: number;
  interactions?: number;
  fp?: number;
  seed: number;
  replace?: boolean;
};

const NAMES = Object.keys(PRESETS) as Preset[];

const HELP = `
Users click what they like, and --fp of their clicks is bait that they do not. --interactions counts the train part,
as the paper does; valid and test have an eighth as many each, test without its false positives. The same options
give the same bytes on every machine.

Examples:
  adt dataset synth --preset amazon-book-like
  adt dataset synth --users 5000 --items 2000 --interactions 200000 --fp 0.07 --seed 3 --name small`;

export function registerSynth(dataset: Command): void {
  dataset
    .command('synth')
    .description('generate data of any size into the store')
    .option('--preset <name>', `sizes of the paper: ${NAMES.join(', ')}`, choiceOption('--preset', NAMES))
    .option('--users <n>', 'number of users', integerOption('--users', 1))
    .option('--items <n>', 'number of items', integerOption('--items', 1))
    .option('--interactions <n>', 'interactions of the train part', integerOption('--interactions', 1))
    .option('--fp <share>', 'share of false positives, 0 to 1 (default: 0.07)', numberOption('--fp'))
    .option('--seed <n>', 'seed of everything that is drawn', integerOption('--seed', 0, 0xffff_ffff), 1)
    .option('--name <name>', "what to call it (default: the preset's name)")
    .option('--replace', 'let the name point to other content than before')
    .addHelpText('after', HELP)
    .action((flags: SynthFlags, command: Command) => runSynth(openContext(command), flags));
}

async function runSynth(context: Context, flags: SynthFlags): Promise<void> {
  const name = flags.name ?? flags.preset;
  if (name === undefined) throw new UsageError('--name: required without --preset');
  const file = synthesise(name, specOf(flags), flags.seed);
  const store = await openStore(context.dataDir);
  const stored = await putBundle(store, file, { name, replace: flags.replace ?? false });
  const uploaded = await uploadIfRunning(context, { ...stored, name }, flags.replace ?? false);
  const bundle = decodeBundle(file);
  if (context.json) printJson({ ...datasetDocument(name, bundle), uploaded });
  else print(describeSynth(name, bundle, uploaded));
}

function specOf({ preset, users, items, interactions, fp }: SynthFlags): SynthSpec {
  const sizes = { '--users': users, '--items': items, '--interactions': interactions };
  if (preset !== undefined) {
    const given = Object.entries({ ...sizes, '--fp': fp }).find(([, value]) => value !== undefined);
    if (given !== undefined) throw new UsageError(`${given[0]}: --preset sets it already`);
    return PRESETS[preset];
  }
  if (users === undefined || items === undefined || interactions === undefined) {
    const missing = Object.entries(sizes).find(([, value]) => value === undefined)?.[0];
    throw new UsageError(`${missing}: required without --preset`);
  }
  return synthSpec(users, items, interactions, fp ?? 0.07);
}
