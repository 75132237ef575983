// Installs the packages when they are missing, and brings them up to date when the lock file has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HIDDEN_LOCK = 'node_modules/.package-lock.json';

/**
 * @param {string} root folder of the repository
 * @param {import('./launchOptions.js').Stages} stages
 * @throws {Error & {output: string}} with what npm printed
 */
export async function install(root, stages) {
  const stamp = join(root, 'node_modules/.cache/adt-install');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!isInstalled(root, stamp, wanted)) {
    await stages.run('packages', async (say) => {
      // `npm ci` begins by deleting node_modules, from under a platform that may be running: only for a first install.
      const isFirst = !existsSync(join(root, HIDDEN_LOCK));
      await npm(root, isFirst ? ['ci'] : ['install', '--no-save']);
      say(isFirst ? 'npm ci' : 'npm install');
    });
  }
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** By our stamp; without one, by the record that npm itself leaves, when it is newer than the lock file. */
function isInstalled(root, stamp, wanted) {
  const hidden = join(root, HIDDEN_LOCK);
  if (!existsSync(hidden)) return false;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === wanted;
  return statSync(hidden).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function npm(root, command) {
  return new Promise((resolve, reject) => {
    // With everything the build needs, whatever the environment says (NODE_ENV=production leaves compilers out).
    const all = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const child = spawn('npm', [...command, ...all], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          Object.assign(new Error(`npm ${command[0]} failed (exit code ${code})`), { output: output.trim() }),
        );
    });
  });
}
