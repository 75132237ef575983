/** `adt dataset import|ls|show|rm`: the data sets of this machine's store, without any server. */
import type { Part } from '@adt/worker/data/bundle';
import { type Imported, importDataset } from '@adt/worker/data/importDataset';
import { listDatasets, openStore, putBundle, removeDataset } from '@adt/worker/data/store';
import type { Command } from 'commander';
import { type Context, openContext } from './context.js';
import { datasetDocument, describeImport, listTable, showDataset } from './datasetOutput.js';
import { openDataset } from './openDataset.js';
import { integerOption } from './options.js';
import { print, printJson, printNote } from './output.js';
import { startProgress } from './progress.js';
import { uploadIfRunning } from './upload.js';

type ImportFlags = {
  name: string;
  users?: number;
  items?: number;
  mapIds?: boolean;
  fp?: string;
  seed: number;
  source?: string;
  replace?: boolean;
} & Partial<Record<Part, string>>;

export function registerDatasetCommands(program: Command): void {
  const dataset = program.command('dataset').description('import and inspect data sets');
  registerImport(dataset);
  dataset
    .command('ls')
    .description('list the data sets of the store')
    .action((_flags, command: Command) => ls(openContext(command)));
  dataset
    .command('show')
    .description('counts, origin and distribution of one data set')
    .argument('<name>', 'name or SHA-256; synthetic is generated when it is missing')
    .action((name: string, _flags, command: Command) => show(openContext(command), name));
  dataset
    .command('rm')
    .description('remove a data set from the store')
    .argument('<name>')
    .action((name: string, _flags, command: Command) => rm(openContext(command), name));
}

function registerImport(dataset: Command): void {
  dataset
    .command('import')
    .description('read tab- or comma-separated interactions, plain or gzip, into the store')
    .argument('<path>', 'directory with train, valid and test files, or one file to split 8:1:1 a user')
    .requiredOption('--name <name>', 'what to call it: 1-64 of a-z 0-9 _ . -')
    .option('--users <n>', 'number of users, where not every id occurs', integerOption('--users', 1))
    .option('--items <n>', 'number of items, where not every id occurs', integerOption('--items', 1))
    .option('--map-ids', 'number the ids even if they are integers')
    .option(
      '--fp <rule>',
      'false positives: rating<N, dwell<N, flag or none (default: what the columns suggest)',
    )
    .option('--seed <n>', 'seed of the split of one file', integerOption('--seed', 0, 0xffff_ffff), 1)
    .option('--train <file>', 'file of the directory that is the train part')
    .option('--valid <file>', 'file of the directory that is the valid part')
    .option('--test <file>', 'file of the directory that is the test part')
    .option('--source <text>', 'origin and licence, kept with the data (default: the file names)')
    .option('--replace', 'let the name point to other content than before')
    .addHelpText('after', IMPORT_HELP)
    .action((path: string, flags: ImportFlags, command: Command) =>
      runImport(openContext(command), path, flags),
    );
}

const IMPORT_HELP = `
The header line names user and item, and true_positive (1 or 0), rating or dwell (seconds); other columns are
ignored. The test part keeps its true positives only. Integer ids are kept, others are numbered.

Examples:
  adt dataset import ./adressa --name adressa --users 212231 --items 6596
  adt dataset import ratings.csv.gz --name films --fp 'rating<3' --seed 7
  adt dataset import ./modcloth --name modcloth --test test_noisy.tsv.gz`;

async function runImport(context: Context, path: string, flags: ImportFlags): Promise<void> {
  const progress = startProgress('reading');
  let imported: Imported;
  try {
    imported = await importDataset({
      path,
      name: flags.name,
      users: flags.users ?? null,
      items: flags.items ?? null,
      mapIds: flags.mapIds ?? false,
      fp: flags.fp ?? null,
      seed: flags.seed,
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

async function ls(context: Context): Promise<void> {
  const { datasets, damaged } = await listDatasets(await openStore(context.dataDir));
  if (context.json) {
    printJson({ datasets: datasets.map((entry) => datasetDocument(entry.name, entry)), damaged });
    return;
  }
  for (const { name, reason } of damaged)
    printNote(`${name}: ${reason}; remove it with: adt dataset rm ${name}`);
  if (datasets.length > 0) print(listTable(datasets));
  else print('No data sets yet. Import one with: adt dataset import DIR --name NAME');
}

async function show(context: Context, name: string): Promise<void> {
  const { bundle, name: found } = await openDataset(context, name);
  if (context.json) printJson(showDataset(found, bundle).document);
  else print(showDataset(found, bundle).text);
}

async function rm(context: Context, name: string): Promise<void> {
  await removeDataset(await openStore(context.dataDir), name);
  if (context.json) printJson({ removed: name });
  else print(`removed ${name}`);
}
