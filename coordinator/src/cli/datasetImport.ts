/** `adt dataset import`: its options, and a user's files into the store and onto a running platform. */
import type { Part } from '@adt/worker/data/bundle';
import { FORMATS } from '@adt/worker/data/formats/format';
import { type Imported, importDataset } from '@adt/worker/data/importDataset';
import { SPLITS, type Split } from '@adt/worker/data/split';
import { openStore, putBundle } from '@adt/worker/data/store';
import type { Command } from 'commander';
import { type Context, openContext } from './context.js';
import { datasetDocument, describeImport } from './datasetOutput.js';
import { UsageError } from './failure.js';
import { choiceOption, integerOption } from './options.js';
import { print, printJson } from './output.js';
import { startProgress } from './progress.js';
import { uploadIfRunning } from './upload.js';

type ImportFlags = {
  name: string;
  format?: string;
  users?: number;
  items?: number;
  mapIds?: boolean;
  fp?: string;
  kCore?: number;
  split?: Split['kind'];
  seed?: number;
  n?: number;
  source?: string;
  replace?: boolean;
} & Partial<Record<Part, string>>;

const HELP = `
Formats, told by file names and first lines: tables whose header names user and item, and true_positive (1 or 0),
rating or dwell (seconds), and timestamp where a split asks for it; the paper's *.train.rating and the like;
MovieLens u.data, ratings.dat, ratings.csv; Amazon reviews as JSON lines or as ratings table; Yelp review.json;
Adressa's events. All of them plain or gzip. False positives are ratings under 3 and stays under 10 s, and the
test part keeps true positives only. Integer ids of tables are kept, all others are numbered.

Examples:
  adt dataset import ./adressa --name adressa --users 212231 --items 6596
  adt dataset import ./ml-1m --name films --split temporal
  adt dataset import reviews_Books.json.gz --name books --k-core 10 --split leave-last-n --n 2
  adt dataset import ratings.csv.gz --name shop --fp 'rating<3' --seed 7`;

export function registerImport(dataset: Command): void {
  dataset
    .command('import')
    .description('read interactions of many formats into the store')
    .argument('<path>', 'directory with train, valid and test files or of an archive, or one file to split')
    .requiredOption('--name <name>', 'what to call it: 1-64 of a-z 0-9 _ . -')
    .option('--format <format>', `what the files are, if it is not told rightly: ${FORMATS.join(', ')}`)
    .option('--users <n>', 'number of users, where not every id occurs', integerOption('--users', 1))
    .option('--items <n>', 'number of items, where not every id occurs', integerOption('--items', 1))
    .option('--map-ids', 'number the ids even if they are integers')
    .option(
      '--fp <rule>',
      'false positives: rating<N, dwell<N, flag or none (default: as the columns suggest)',
    )
    .option('--k-core <n>', 'keep users and items with n interactions at least', integerOption('--k-core', 1))
    .option(
      '--split <how>',
      'ratio (8:1:1 a user, by chance), temporal (8:1:1 of all time), leave-last-n (of each user); default: ratio',
      choiceOption('--split', SPLITS),
    )
    .option('--seed <n>', 'seed of --split ratio (default: 1)', integerOption('--seed', 0, 0xffff_ffff))
    .option('--n <n>', 'how many --split leave-last-n leaves for test (default: 1)', integerOption('--n', 1))
    .option('--train <file>', 'file of the directory that is the train part')
    .option('--valid <file>', 'file of the directory that is the valid part')
    .option('--test <file>', 'file of the directory that is the test part')
    .option('--source <text>', 'origin and licence, kept with the data (default: the file names)')
    .option('--replace', 'let the name point to other content than before')
    .addHelpText('after', HELP)
    .action((path: string, flags: ImportFlags, command: Command) =>
      runImport(openContext(command), path, flags),
    );
}

async function runImport(context: Context, path: string, flags: ImportFlags): Promise<void> {
  const split = splitOf(flags);
  const progress = startProgress('reading');
  let imported: Imported;
  try {
    imported = await importDataset({
      path,
      name: flags.name,
      format: flags.format ?? null,
      users: flags.users ?? null,
      items: flags.items ?? null,
      mapIds: flags.mapIds ?? false,
      fp: flags.fp ?? null,
      kCore: flags.kCore ?? null,
      split,
      source: flags.source ?? null,
      files: { train: flags.train, valid: flags.valid, test: flags.test },
      signal: context.signal,
      onProgress: (fraction) => progress.update(fraction),
    });
  } finally {
    progress.clear();
  }
  const { bundle, file, report } = imported;
  const store = await openStore(context.dataDir);
  const stored = await putBundle(store, file, { name: flags.name, replace: flags.replace ?? false });
  const uploaded = await uploadIfRunning(context, { ...stored, name: flags.name }, flags.replace ?? false);
  if (context.json) printJson({ ...datasetDocument(flags.name, bundle), report, uploaded });
  else print(describeImport(flags.name, bundle, report, uploaded));
}

/** @returns null where no flag speaks of a split */
function splitOf({ split, seed, n }: ImportFlags): Split | null {
  const kind = split ?? (n !== undefined ? 'leave-last-n' : 'ratio');
  if (seed !== undefined && kind !== 'ratio')
    throw new UsageError('--seed: only --split ratio draws at random');
  if (n !== undefined && kind !== 'leave-last-n')
    throw new UsageError('--n: only --split leave-last-n takes it');
  if (split === undefined && seed === undefined && n === undefined) return null;
  switch (kind) {
    case 'ratio':
      return { kind, seed: seed ?? 1 };
    case 'temporal':
      return { kind };
    case 'leave-last-n':
      return { kind, n: n ?? 1 };
    default:
      return kind satisfies never;
  }
}
