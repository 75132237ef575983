/** `npm run parity -- DIR [--engine native|tfjs]`: an engine against PyTorch's fixtures, a line a case. */
import { parseArgs } from 'node:util';
import { ENGINE_NAMES } from '@adt/worker/engines/engine';
import { openEngine } from '@adt/worker/engines/registry';
import { type CaseResult, fixtureFiles, runCase } from './runCases.js';

const EXIT_FAILED = 1;
const EXIT_BAD_INPUT = 2;

const USAGE = `usage: npm run parity -- DIR [--engine ${ENGINE_NAMES.join('|')}]`;

async function main(args: string[]): Promise<number> {
  const { directory, name } = parse(args);
  const files = fixtureFiles(directory);
  const engine = await openEngine({ name });
  console.log(`${engine.info.name} ${engine.info.version}, ${engine.info.device}`);
  const width = Math.max(...files.map((file) => file.length - directory.length));
  const results = files.map((file) => {
    const result = runCase(engine, file);
    console.log(`${result.name.padEnd(width)} ${describe(result)}`);
    return result;
  });
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed`);
  return count('failed') > 0 ? EXIT_FAILED : 0;
}

/** @throws Error with what is off and the usage */
function parse(args: string[]) {
  const options = { engine: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [directory, ...rest] = positionals;
  if (directory === undefined || rest.length > 0) throw new Error(USAGE);
  const name = ENGINE_NAMES.find((known) => known === values.engine);
  if (values.engine !== undefined && name === undefined) {
    throw new Error(`--engine: there is no ${values.engine}; ${USAGE}`);
  }
  return { directory, name };
}

function describe(result: CaseResult): string {
  return `${result.outcome}   worst ${result.ratio.toFixed(3)} of the tolerance, at ${result.where}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`parity: ${error instanceof Error ? error.message : error}`);
  process.exitCode = EXIT_BAD_INPUT;
}
