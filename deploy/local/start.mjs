// `npm start`: from a fresh clone to a running platform. Checks Node, installs, builds what changed, launches.
import { build, ROOT } from './build.mjs';
import { install } from './install.mjs';
import { HELP, readOptions, UsageError } from './options.mjs';
import { createStages } from './stages.mjs';

/** Oldest release of each line that has what Prisma, Next and we need. */
function isNodeRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

async function start(argv) {
  const options = readOptions(argv, process.env);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (!isNodeRecent(process.versions.node)) {
    process.stderr.write(`start: needs Node 20.19 or newer (this is ${process.versions.node})\n`);
    return 1;
  }
  if (process.platform === 'win32') {
    process.stderr.write('start: runs on Linux and macOS; on Windows use WSL\n');
    return 1;
  }
  const stages = createStages();
  stages.print('');
  await install(ROOT, stages);
  // --once shows no dashboard, so it does not wait for one to be built.
  await build({ workspaces: ['deploy', 'worker', ...(options.once ? [] : ['dashboard'])], stages });
  const { launch } = await import('../dist/local/main.js');
  return launch(options, stages);
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`start: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    const output = error.output ? `\n${error.output}\n` : '';
    process.stderr.write(`${output}\nstart: ${error.output ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
