/** `adt backup` and `adt restore`: all that an installation knows, into a folder and out of it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Manifest } from '../backup/manifest.js';
import { type Context, openContext } from './context.js';
import { findInstallation } from './installation.js';
import { formatBytes, formatCount, print, printJson, printNote } from './output.js';

export function registerBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('write database and data sets into a new folder, while the platform runs')
    .argument('<folder>', 'must not exist yet')
    .action((folder: string, _flags, command: Command) =>
      backupCommand(openContext(command), folder, program.version() ?? ''),
    );
}

export function registerRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('check a backup and put it into an empty installation')
    .argument('<folder>', 'as adt backup wrote it')
    .option('--replace', 'delete what the installation holds; running sweeps are lost')
    .action((folder: string, flags: { replace?: boolean }, command: Command) =>
      restoreCommand(openContext(command), folder, flags.replace ?? false),
    );
}

async function backupCommand(context: Context, folder: string, version: string): Promise<void> {
  // Loaded here: every command would carry Postgres' and NATS' clients along.
  const { backUp } = await import('../backup/backup.js');
  const installation = await findInstallation(context);
  if (installation.nats === null) printNote('NATS_URL is not set: data sets are not in this backup');
  const { signal } = context;
  const manifest = await backUp({ ...installation, folder: resolve(folder), version, signal });
  report(context, manifest, `${folder}: written`);
}

async function restoreCommand(context: Context, folder: string, replace: boolean): Promise<void> {
  const { restore } = await import('../backup/restore.js');
  const installation = await findInstallation(context);
  const { signal } = context;
  const manifest = await restore({ ...installation, folder: resolve(folder), replace, signal });
  report(context, manifest, `${folder}: restored`);
}

function report({ json }: Context, manifest: Manifest, done: string): void {
  if (json) {
    printJson(manifest);
    return;
  }
  const rows = new Map(manifest.tables.map((table) => [table.name, table.rows]));
  const objects = manifest.objects ?? [];
  const bytes = [...manifest.tables, ...objects].reduce((sum, part) => sum + part.bytes, 0);
  const counted = (table: string, noun: string) => `${formatCount(rows.get(table) ?? 0)} ${noun}`;
  const holds = [counted('sweep', 'sweeps'), counted('trial', 'trials'), counted('metric_point', 'points')];
  print(`${done}; ${holds.join(', ')}, ${formatCount(objects.length)} objects, ${formatBytes(bytes)}`);
}
