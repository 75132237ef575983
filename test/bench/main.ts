/** `npm run bench -- train|eval|trial|import|memory|search [--json] [--threads N]`: ours and the peer as ratios. */
import { parseArgs } from 'node:util';
import { benchImport, USUAL } from './import.js';
import { describeMachine } from './machine.js';
import { benchMemory } from './memoryBench.js';
import { benchRanking } from './rankingBench.js';
import { saveParts, saveResult } from './results.js';
import { benchSearch, SEARCH_PARTS, type SearchPart } from './search/searchBench.js';
import { benchTraining } from './trainBench.js';
import { benchTrial } from './trialBench.js';

const EXIT_FAILED = 1;
const EXIT_BAD_INPUT = 2;

/** What the command line got wrong. */
class UsageError extends Error {}

type Log = (line: string) => void;
type Options = { quick: boolean; parts: readonly SearchPart[] };
const BENCHES = {
  train: benchTraining,
  eval: benchRanking,
  trial: benchTrial,
  memory: benchMemory,
  import: (_threads: number, _log: Log) => benchImport(USUAL),
  search: (_threads: number, log: Log, options: Options) => benchSearch({ ...options, log }),
} as const satisfies Record<string, (threads: number, log: Log, options: Options) => Promise<unknown>>;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
      quick: { type: 'boolean', default: false },
      part: { type: 'string', multiple: true, default: [] },
    },
  });
  const names = positionals.map((name) => {
    if (name in BENCHES) return name as keyof typeof BENCHES;
    throw new UsageError(`no bench ${JSON.stringify(name)}: ${Object.keys(BENCHES).join(', ')}`);
  });
  // The others have no shorter form.
  if ((values.quick || values.part.length > 0) && names.some((name) => name !== 'search'))
    throw new UsageError('--quick and --part: go with search');
  const parts = values.part.map(readPart);
  if (names.length === 0) throw new UsageError(`name at least one of ${Object.keys(BENCHES).join(', ')}`);
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1) throw new UsageError('--threads: must be an integer from 1');
  for (const name of names) {
    const log: Log = (line) => process.stderr.write(`${name}: ${line}\n`);
    const flags = [
      ...(threads === 2 ? [] : [`--threads ${threads}`]),
      ...parts.map((part) => `--part ${part}`),
    ];
    const command = ['npm run bench --', name, ...flags].join(' ');
    const options = { quick: values.quick, parts: parts.length === 0 ? SEARCH_PARTS : parts };
    const result = {
      command,
      machine: describeMachine(),
      result: await BENCHES[name](threads, log, options),
    };
    // A quick run is a look, no result.
    if (!values.quick) (parts.length === 0 ? saveResult : saveParts)(name, result);
    if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else printTables(result.result);
  }
}

function readPart(name: string): SearchPart {
  const part = SEARCH_PARTS.find((known) => known === name);
  if (part === undefined) throw new UsageError(`--part: one of ${SEARCH_PARTS.join(', ')}`);
  return part;
}

/** A list is a table; an object of lists one for each. */
function printTables(result: unknown): void {
  const parts = typeof result === 'object' && result !== null ? Object.entries(result) : [];
  if (Array.isArray(result) || !parts.some(([, rows]) => Array.isArray(rows))) {
    console.table([result].flat());
    return;
  }
  for (const [title, rows] of parts) {
    console.log(`\n${title}`);
    console.table(rows);
  }
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
