// What the lock file may bring in: nothing with a known hole of weight, and from no registry that it names itself.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beyond this the registry counts as away. */
const WITHIN_MS = 60_000;
const SERIOUS = ['high', 'critical'];

/**
 * Asks the registry about everything that is installed in production.
 * @returns {Promise<string>} `no high findings in 412 packages`, or `skipped: …` where the registry did not answer
 * @throws {Error} naming each package with a high or critical finding
 */
export async function auditDependencies(root) {
  return auditVerdict(await runAudit(root));
}

/** @param {string} output of `npm audit --json` */
export function auditVerdict(output) {
  const report = parse(output);
  const found = report?.vulnerabilities;
  if (found === undefined || report.metadata === undefined)
    return `skipped: the registry can't be asked (${oneLine(report?.message ?? output) || 'no answer'})`;
  const serious = Object.values(found).filter(({ severity }) => SERIOUS.includes(severity));
  if (serious.length === 0)
    return `no high findings in ${report.metadata.dependencies?.prod ?? '?'} packages`;
  const lines = serious.map(({ name, severity, via }) => {
    const why = via.find((cause) => typeof cause === 'object');
    return `${name}: ${severity}${why === undefined ? '' : `, ${why.title} (${why.url})`}`;
  });
  throw new Error(`npm audit --omit=dev found what must be updated or replaced:\n${lines.join('\n')}`);
}

/**
 * A lock file that names a registry sends every clone there, whatever registry it is set to.
 * @throws {Error} naming the first such package
 */
export function refuseLockedHosts(lock) {
  for (const [name, { resolved }] of Object.entries(lock.packages ?? {})) {
    if (/^[a-z+]+:\/\//i.test(resolved ?? '') || /^git[@+]/.test(resolved ?? ''))
      throw new Error(
        `package-lock.json: ${name} is tied to ${resolved}: npm install --omit-lockfile-registry-resolved`,
      );
  }
}

export function readLock(root) {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
}

function runAudit(root) {
  return new Promise((resolve) => {
    const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0'];
    const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], timeout: WITHIN_MS });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    // Findings are exit code 1, like no answer: what it says decides.
    child.on('error', () => resolve(''));
    child.on('close', () => resolve(output));
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function oneLine(text) {
  return String(text).trim().split('\n')[0].slice(0, 120);
}
