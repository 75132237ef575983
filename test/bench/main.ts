/** `npm run bench -- train|eval|trial|import|memory [--json] [--threads N]`: ours and the peer in one run, as ratios. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchImport, USUAL } from './import.js';
import { describeMachine } from './machine.js';
import { benchMemory } from './memoryBench.js';
import { ROOT } from './peers.js';
import { benchRanking } from './rankingBench.js';
import { benchTraining } from './trainBench.js';
import { benchTrial } from './trialBench.js';

const RESULTS = join(ROOT, 'test/bench/results');
const EXIT_FAILED = 1;
const EXIT_BAD_INPUT = 2;

/** What the command line got wrong. */
class UsageError extends Error {}

type Log = (line: string) => void;
const BENCHES = {
  train: benchTraining,
  eval: benchRanking,
  trial: benchTrial,
  memory: benchMemory,
  import: (_threads: number, _log: Log) => benchImport(USUAL),
} as const satisfies Record<string, (threads: number, log: Log) => Promise<unknown>>;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, threads: { type: 'string', default: '2' } },
  });
  const names = positionals.map((name) => {
    if (name in BENCHES) return name as keyof typeof BENCHES;
    throw new UsageError(`no bench ${JSON.stringify(name)}: ${Object.keys(BENCHES).join(', ')}`);
  });
  if (names.length === 0) throw new UsageError(`name at least one of ${Object.keys(BENCHES).join(', ')}`);
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1) throw new UsageError('--threads: must be an integer from 1');
  for (const name of names) {
    const log: Log = (line) => process.stderr.write(`${name}: ${line}\n`);
    const command = `npm run bench -- ${name}${threads === 2 ? '' : ` --threads ${threads}`}`;
    const result = { command, machine: describeMachine(), result: await BENCHES[name](threads, log) };
    save(name, result);
    if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else console.table([result.result].flat());
  }
}

function save(name: string, result: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = isUsage(error) ? EXIT_BAD_INPUT : EXIT_FAILED;
}

function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof TypeError && 'code' in error);
}
