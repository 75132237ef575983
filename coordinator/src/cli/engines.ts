/** `adt engines`: what can train on this machine, and what an engine that cannot is missing. */
import { findEngines } from '@adt/worker/engines/registry';
import type { Command } from 'commander';
import { openContext } from './context.js';
import { print, printJson, printNote, renderTable } from './output.js';

export function registerEnginesCommand(program: Command): void {
  program
    .command('engines')
    .description('list the training engines of this machine, best first')
    .action((_flags, command: Command) => engines(openContext(command).json));
}

async function engines(json: boolean): Promise<void> {
  const { found, missing } = await findEngines();
  if (json) {
    printJson({ engines: found, missing });
    return;
  }
  const columns = [{ title: 'engine' }, { title: 'version' }, { title: 'device' }];
  const rows = found.map(({ name, version, device }) => [name, version, device]);
  print(rows.length > 0 ? renderTable(columns, rows) : 'No engine loads on this machine.');
  for (const { name, reason } of missing) printNote(`${name}: ${reason}`);
  for (const { name, skipped } of found) {
    for (const backend of skipped) printNote(`${name} without ${backend.name}: ${backend.reason}`);
  }
}
