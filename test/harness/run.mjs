// `npm test`: installs, builds, checks the sources, runs every test. Arguments go to vitest: `npm test -- proto`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ROOT } from '../../deploy/local/build.mjs';
import { install } from '../../deploy/local/install.mjs';
import { createStages } from '../../deploy/local/stages.mjs';
import { check } from './check.mjs';

async function main(argv) {
  const stages = createStages();
  await install(ROOT, stages);
  await build({ stages });
  // A file that is not formatted fails the run, and hides no failing test.
  const isClean = await check(stages);
  const code = await vitest(argv);
  if (!isClean) process.stdout.write('the checks of the sources failed: see above\n');
  return isClean ? code : 1;
}

function vitest(argv) {
  return new Promise((resolve, reject) => {
    const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...argv];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    // Ctrl-C reaches vitest itself; we wait until it has stopped what it started.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`\n${error.output ?? ''}\n\ntest: ${error.message}\n`);
  process.exitCode = 1;
}
