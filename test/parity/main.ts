/** `npm run parity -- DIR`: every engine against PyTorch's fixtures, a line a case. */
import { openEngine } from '@adt/worker/engines/registry';
import { type CaseResult, fixtureFiles, runCase } from './runCases.js';

const EXIT_FAILED = 1;
const EXIT_BAD_INPUT = 2;

async function main(args: string[]): Promise<number> {
  const [directory, ...rest] = args;
  if (directory === undefined || rest.length > 0) throw new Error('usage: npm run parity -- DIR');
  const files = fixtureFiles(directory);
  const engine = await openEngine();
  console.log(`${engine.info.name} ${engine.info.version}, ${engine.info.device}`);
  const width = Math.max(...files.map((file) => file.length - directory.length));
  const results = files.map((file) => {
    const result = runCase(engine, file);
    console.log(`${result.name.padEnd(width)} ${describe(result)}`);
    return result;
  });
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const skipped = count('skipped');
  console.log(
    `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return count('failed') > 0 ? EXIT_FAILED : 0;
}

function describe(result: CaseResult): string {
  if (result.outcome === 'skipped') return `skipped  ${result.why}`;
  return `${result.outcome}   worst ${result.ratio.toFixed(3)} of the tolerance, at ${result.where}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`parity: ${error instanceof Error ? error.message : error}`);
  process.exitCode = EXIT_BAD_INPUT;
}
