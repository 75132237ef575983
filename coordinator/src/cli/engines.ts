/** `adt engines`: what can train on this machine, how it is chosen, and what the rest is missing. */
import { type EngineEnv, engineEnv } from '@adt/worker/engines/engineEnv';
import { type BackendReport, type EngineReport, takeInventory } from '@adt/worker/engines/inventory';
import type { Command } from 'commander';
import { openContext } from './context.js';
import { print, printJson, printNote, renderTable } from './output.js';

const DESCRIPTION = `list the training engines of this machine, best first

Workers and adt train use the default. ADT_ENGINE chooses another engine for both, adt train --engine for one training; ADT_TFJS_BACKEND chooses what tfjs runs on.`;

const COLUMNS = ['engine', 'backend', 'version', 'device', 'chosen by'].map((title) => ({ title }));

export function registerEnginesCommand(program: Command): void {
  program
    .command('engines')
    .summary('list the training engines of this machine, best first')
    .description(DESCRIPTION)
    .action((_flags, command: Command) => engines(openContext(command).json));
}

async function engines(json: boolean): Promise<void> {
  const env = engineEnv();
  const found = await takeInventory(env);
  if (json) {
    printJson({ engines: found });
    return;
  }
  print(
    renderTable(
      COLUMNS,
      found.flatMap((engine) => rowsOf(engine, env)),
    ),
  );
  for (const remark of found.flatMap(reasonsOf)) printNote(remark);
  if (env.tfjsBackend) printNote(`ADT_TFJS_BACKEND=${env.tfjsBackend}: no other backend of tfjs was tried`);
  if (!found.some(({ trains }) => trains)) printNote(whyNothingTrains(env));
}

function rowsOf(engine: EngineReport, env: EngineEnv): string[][] {
  const chosenBy = engine.trains ? defaultOf(env) : `--engine ${engine.name}`;
  if (engine.backends.length === 0) return [rowOf(engine.name, '', engine, chosenBy)];
  return engine.backends.map((backend) =>
    rowOf(engine.name, backend.name, backend, backend.isUsed ? chosenBy : `ADT_TFJS_BACKEND=${backend.name}`),
  );
}

type Found = Pick<EngineReport | BackendReport, 'version' | 'device'>;

function rowOf(engine: string, backend: string, { version, device }: Found, chosenBy: string): string[] {
  return [engine, backend, version ?? '–', device ?? '–', version === null ? 'missing' : chosenBy];
}

function defaultOf({ engine }: EngineEnv): string {
  return engine === undefined ? 'default' : `ADT_ENGINE=${engine}`;
}

function reasonsOf({ name, reason, backends }: EngineReport): string[] {
  const ofBackends = backends.map((backend) => ({
    name: `${name} on ${backend.name}`,
    reason: backend.reason,
  }));
  const all = ofBackends.length > 0 ? ofBackends : [{ name, reason }];
  return all.flatMap((one) => (one.reason === null ? [] : [`${one.name}: ${one.reason}`]));
}

function whyNothingTrains({ engine }: EngineEnv): string {
  return engine === undefined
    ? 'No engine loads on this machine, so nothing trains.'
    : `ADT_ENGINE=${engine}, which does not load, so nothing trains.`;
}
