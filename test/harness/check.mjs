// What is true of the sources without running them: formatting and lint, generated code that is up to date, dependencies
// without known holes.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, ROOT } from '../../deploy/local/build.mjs';
import { install } from '../../deploy/local/install.mjs';
import { createStages } from '../../deploy/local/stages.mjs';
import { auditDependencies, readLock, refuseLockedHosts } from './audit.mjs';

const BIN = join(ROOT, 'node_modules/.bin');

/**
 * Runs every check, also after one failed; prints what failed.
 * @param {import('../../deploy/local/launchOptions.js').Stages} stages
 * @returns {Promise<boolean>} whether all hold
 */
export async function check(stages) {
  const results = [
    await holds('formatting', checkFormat, stages),
    await holds('generated code', checkGenerated, stages),
    await holds('dependencies', checkDependencies, stages),
  ];
  return results.every(Boolean);
}

async function holds(label, work, stages) {
  try {
    await stages.run(label, work);
    return true;
  } catch (error) {
    stages.print(`\n${error.message}\n`);
    return false;
  }
}

async function checkFormat(say) {
  const output = await run('biome', ['check', '--error-on-warnings', '.'], ROOT);
  say(/Checked \d+ files/.exec(output)?.[0] ?? '');
}

/** proto/src/gen is committed; it must be what the .proto files give. */
async function checkGenerated(say) {
  const fresh = mkdtempSync(join(tmpdir(), 'adt-generated-'));
  try {
    await run('buf', ['generate', '--output', fresh], join(ROOT, 'proto'));
    const [committed, generated] = [readTree(join(ROOT, 'proto/src/gen')), readTree(join(fresh, 'src/gen'))];
    const names = [...new Set([...committed.keys(), ...generated.keys()])];
    const stale = names.filter((name) => committed.get(name) !== generated.get(name));
    if (stale.length > 0)
      throw new Error(`proto/src/gen is out of date (npm run generate -w @adt/proto): ${stale.join(', ')}`);
    say(`${names.length} files`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function checkDependencies(say) {
  refuseLockedHosts(readLock(ROOT));
  say(await auditDependencies(ROOT));
}

function readTree(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(root, path), readFileSync(path, 'utf8')];
    }),
  );
}

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` };
    const child = spawn(join(BIN, command), args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(output.trim()))));
  });
}

/** `npm run check` */
async function main() {
  const stages = createStages();
  await install(ROOT, stages);
  await build({ workspaces: ['test', 'worker'], stages });
  return (await check(stages)) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`\n${error.output ?? ''}\n\ncheck: ${error.message}\n`);
    process.exitCode = 1;
  }
}
