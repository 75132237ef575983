/** `npm run bench -- train|eval|trial|import|memory|search|platform|dashboard [--json] [--threads N]`: what the README's numbers come from. */
import { parseArgs } from 'node:util';
import { benchDashboard } from './dashboard/dashboardBench.js';
import { benchImport, USUAL } from './import.js';
import { describeMachine } from './machine.js';
import { benchMemory } from './memoryBench.js';
import { benchPlatform, PLATFORM_PARTS, type PlatformPart } from './platform/platformBench.js';
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
type Options = {
  quick: boolean;
  /** Of the bench that is run; empty: all. */
  parts: readonly string[];
  trials: number | null;
  minutes: number | null;
  profileDir: string | undefined;
};
const BENCHES = {
  train: benchTraining,
  eval: benchRanking,
  trial: benchTrial,
  memory: benchMemory,
  import: (_threads: number, _log: Log) => benchImport(USUAL),
  search: (_threads: number, log: Log, { quick, parts }: Options) =>
    benchSearch({ quick, parts: partsOf('search', parts) as SearchPart[], log }),
  dashboard: (_threads: number, log: Log) => benchDashboard(log),
  platform: (_threads: number, log: Log, { parts, trials, minutes, profileDir }: Options) =>
    benchPlatform({
      parts: partsOf('platform', parts) as PlatformPart[],
      size: { trials, minutes },
      profileDir,
      log,
    }),
} as const satisfies Record<string, (threads: number, log: Log, options: Options) => Promise<unknown>>;
type BenchName = keyof typeof BENCHES;

/** What of a bench can be run alone. */
const PARTS: Partial<Record<string, readonly string[]>> = {
  search: SEARCH_PARTS,
  platform: PLATFORM_PARTS,
};

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
      quick: { type: 'boolean', default: false },
      part: { type: 'string', multiple: true, default: [] },
      trials: { type: 'string' },
      minutes: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const names = positionals.map((name) => {
    if (name in BENCHES) return name as BenchName;
    throw new UsageError(`no bench ${JSON.stringify(name)}: ${Object.keys(BENCHES).join(', ')}`);
  });
  const isOnly = (allowed: BenchName[]) => names.every((name) => allowed.includes(name));
  // The others have no shorter form.
  if (values.quick && !isOnly(['search'])) throw new UsageError('--quick: goes with search');
  if (values.part.length > 0 && !isOnly(['search', 'platform']))
    throw new UsageError('--part: goes with search and platform');
  const { trials, minutes, profile: profileDir } = values;
  if ([trials, minutes, profileDir].some((value) => value !== undefined) && !isOnly(['platform']))
    throw new UsageError('--trials, --minutes and --profile: go with platform');
  const size = { trials: readSize('--trials', trials, 10), minutes: readSize('--minutes', minutes, 0) };
  for (const name of names) partsOf(name, values.part);
  if (names.length === 0) throw new UsageError(`name at least one of ${Object.keys(BENCHES).join(', ')}`);
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1) throw new UsageError('--threads: must be an integer from 1');
  for (const name of names) {
    const log: Log = (line) => process.stderr.write(`${name}: ${line}\n`);
    const flags = [
      ...(threads === 2 ? [] : [`--threads ${threads}`]),
      ...values.part.map((part) => `--part ${part}`),
      ...(trials === undefined ? [] : [`--trials ${trials}`]),
      ...(minutes === undefined ? [] : [`--minutes ${minutes}`]),
    ];
    const command = ['npm run bench --', name, ...flags].join(' ');
    const options = { quick: values.quick, parts: values.part, ...size, profileDir };
    const result = {
      command,
      machine: describeMachine(),
      result: await BENCHES[name](threads, log, options),
    };
    // A quick run is a look, no result; nor is one of another size, or one that is watched.
    if (!values.quick && trials === undefined && minutes === undefined && profileDir === undefined)
      (values.part.length === 0 ? saveResult : saveParts)(name, result);
    if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else printTables(result.result);
  }
}

/** The parts to run: those that were named, or all. @throws UsageError for one that is not there */
function partsOf(bench: string, named: readonly string[]): readonly string[] {
  const known = PARTS[bench] ?? [];
  if (named.some((part) => !known.includes(part)))
    throw new UsageError(`--part: must be one of ${known.join(', ')}`);
  return named.length === 0 ? known : named;
}

function readSize(flag: string, text: string | undefined, multiple: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0) || (multiple > 0 && value % multiple !== 0))
    throw new UsageError(`${flag}: must be above 0${multiple > 0 ? ` and a multiple of ${multiple}` : ''}`);
  return value;
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
