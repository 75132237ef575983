/** `adt dataset import|synth|ls|show|rm`: the data sets of this machine's store, without any server. */
import { listDatasets, openStore, removeDataset } from '@adt/worker/data/store';
import type { Command } from 'commander';
import { type Context, openContext } from './context.js';
import { registerImport } from './datasetImport.js';
import { datasetDocument, listTable, showDataset } from './datasetOutput.js';
import { registerSynth } from './datasetSynth.js';
import { openDataset } from './openDataset.js';
import { print, printJson, printNote } from './output.js';

export function registerDatasetCommands(program: Command): void {
  const dataset = program.command('dataset').description('import and inspect data sets');
  registerImport(dataset);
  registerSynth(dataset);
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
