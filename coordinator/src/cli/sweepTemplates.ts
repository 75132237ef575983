/** `adt sweep presets`, `preset` and `import-wandb`: sweep files to start from. No platform is needed. */
import { writeFile } from 'node:fs/promises';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { Command } from 'commander';
import { PRESETS } from '../search/presets/preset.js';
import type { Note } from '../search/wandb/note.js';
import { importWandbSweep } from '../search/wandb/wandb.js';
import { type Context, openContext } from './context.js';
import { Refused, UsageError } from './failure.js';
import { print, printJson, printNote, renderTable } from './output.js';
import { readSweepFile } from './sweepFile.js';
import { type PresetFlags, presetOptions, presetText } from './sweepSource.js';

export function registerTemplateCommands(sweep: Command): void {
  sweep
    .command('presets')
    .description('list the sweep files to start from')
    .action((_flags, command: Command) => listPresets(openContext(command)));
  presetOptions(
    sweep
      .command('preset')
      .description('print a preset filled in with data sets and models, to edit or submit')
      .argument('<name>', 'as adt sweep presets lists it'),
  ).action((name: string, flags: PresetFlags, command: Command) =>
    printPreset(openContext(command), name, flags),
  );
  sweep
    .command('import-wandb')
    .description('translate a W&B sweep file, with an account of every key on stderr')
    .argument('<file>', 'YAML or JSON; - reads stdin')
    .option('--dataset <name>', 'data set of a file that names none')
    .option('-o, --output <file>', 'write the sweep file there instead of on stdout')
    .action((file: string, flags: ImportFlags, command: Command) =>
      importWandb(openContext(command), file, flags),
    );
}

function listPresets({ json }: Context): void {
  const presets = PRESETS.map(({ name, description }) => ({ name, description }));
  if (json) printJson(presets);
  else print(presetTable(presets));
}

function presetTable(presets: readonly { name: string; description: string }[]): string {
  const rows = presets.map(({ name, description }) => [name, description]);
  const table = renderTable([{ title: 'preset' }, { title: 'what it compares' }], rows);
  return `${table}\n\nlook at one: adt sweep plan --preset quick --dataset synthetic --model GMF`;
}

function printPreset({ json }: Context, name: string, flags: PresetFlags): void {
  const spec = presetText(name, flags, 'preset');
  if (json) printJson({ name, spec });
  else process.stdout.write(spec);
}

type ImportFlags = { dataset?: string; output?: string };

/** Half a search is not imported: a key that cannot be kept refuses the file, with exit code 2. */
async function importWandb({ json }: Context, path: string, flags: ImportFlags): Promise<void> {
  const { spec, format } = await readSweepFile(path);
  const imported = importWandbSweep({
    spec,
    format: format === SpecFormat.JSON ? 'JSON' : 'YAML',
    dataset: flags.dataset ?? null,
  });
  if (json) printJson(imported);
  for (const note of imported.notes) if (note.kind !== 'refused') printNote(lineOf(note));
  if (!imported.ok) {
    const refused = imported.notes.filter(({ kind }) => kind === 'refused');
    throw new Refused('the file is refused', 'SPACE_INVALID', refused);
  }
  if (flags.output !== undefined) await writeNew(flags.output, imported.spec);
  else if (!json) process.stdout.write(imported.spec);
}

function lineOf({ kind, path, message }: Note): string {
  return `${kind.padEnd('translated'.length)}  ${path}: ${message}`;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--output: ${code === 'EEXIST' ? `${path} exists already` : message}`);
  }
}
