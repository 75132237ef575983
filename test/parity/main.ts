/** `npm run parity -- DIR [--engine native|tfjs|all]`: the engines against PyTorch's fixtures, a line a case and engine. */
import { parseArgs } from 'node:util';
import { ENGINE_NAMES } from '@adt/worker/engines/engine';
import { openEngines } from './openEngines.js';
import { type CaseResult, caseName, fixtureFiles, runCase } from './runCases.js';

const EXIT_FAILED = 1;
const EXIT_BAD_INPUT = 2;

const ALL = 'all';
const USAGE = `usage: npm run parity -- DIR [--engine ${[...ENGINE_NAMES, ALL].join('|')}]`;

async function main(args: string[]): Promise<number> {
  const { directory, name } = parse(args);
  const files = fixtureFiles(directory);
  const { engines, missing } = await openEngines(name);
  const counts = { passed: 0, failed: 0, skipped: missing.length * files.length };
  for (const { info } of engines) console.log(`${info.name} ${info.version}, ${info.device}`);
  for (const { name, reason } of missing) console.log(`${name} skipped: ${reason}`);

  const width = Math.max(...files.map((file) => caseName(file).length));
  for (const file of files) {
    for (const engine of engines) {
      const result = runCase(engine, file);
      counts[result.outcome] += 1;
      console.log(`${caseName(file).padEnd(width)}  ${engine.info.name.padEnd(6)}  ${describe(result)}`);
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? EXIT_FAILED : 0;
}

/**
 * `name` absent: all engines.
 * @throws Error with what is off and the usage
 */
function parse(args: string[]) {
  const options = { engine: { type: 'string', default: ALL } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [directory, ...rest] = positionals;
  if (directory === undefined || rest.length > 0) throw new Error(USAGE);
  const name = ENGINE_NAMES.find((known) => known === values.engine);
  if (values.engine !== ALL && name === undefined) {
    throw new Error(`--engine: there is no ${values.engine}; ${USAGE}`);
  }
  return { directory, name };
}

function describe(result: CaseResult): string {
  return `${result.outcome}  worst ${result.ratio.toFixed(3)} of the tolerance, at ${result.where}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`parity: ${error instanceof Error ? error.message : error}`);
  process.exitCode = EXIT_BAD_INPUT;
}
