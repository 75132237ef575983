/** Runs Node under an instrument, on the cases and on the tests, and counts what became of each. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findingsIn } from './findings.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CASES = fileURLToPath(new URL('cases.mjs', import.meta.url));
const CONFIG = fileURLToPath(new URL('vitest.config.mjs', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/**
 * @typedef {{instrument: object, addon: string, preload: string | null, folder: string}} Under
 * @typedef {{passed: number, failed: number, skipped: number}} Counts
 */

/** Every case; one that ends the process does not keep the rest from being run. @param {Under} under */
export async function runCases(under) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let waiting = await caseNames(under);
  for (let round = 1; waiting.length > 0; round += 1) {
    const log = join(under.folder, `cases-${round}`);
    const done = [];
    const { code, errors } = await run(under, log, [CASES, ...waiting], (line) => {
      const [, outcome, name] = /^(passed|skipped) (\w+ [\w-]+ \w+)/.exec(line) ?? [];
      if (outcome === undefined) return;
      done.push(name);
      counts[outcome] += 1;
      console.log(line);
    });
    waiting = waiting.slice(done.length);
    const cause = waiting.shift();
    if (cause !== undefined) console.log(`failed ${cause}`);
    // What comes up at the process's end, or does not end it, belongs to no one case, and counts as well.
    const found = tellFindings(log, code, errors);
    counts.failed += cause === undefined ? found : 1;
  }
  return counts;
}

/** @returns how many there are; an end without any counts as one */
function tellFindings(log, code, errors) {
  const found = findingsIn(log);
  for (const report of found) console.log(report);
  if (found.length > 0 || code === 0) return found.length;
  console.log(`exit code ${code}\n${errors}`);
  return 1;
}

async function caseNames(under) {
  const names = [];
  const list = { ...under, instrument: { wrap: (node) => node, env: () => ({}) }, preload: null };
  await run(list, '', [CASES, '--list'], (line) => names.push(line));
  if (names.length === 0) throw new Error('no cases');
  return names;
}

/** The native engine's tests, in vitest. @param {Under} under */
export async function runTests(under) {
  const log = join(under.folder, 'tests');
  const report = join(under.folder, 'vitest.json');
  const args = [VITEST, 'run', '--root', ROOT, '--config', CONFIG, '--reporter=default', '--reporter=json'];
  const { code, errors } = await run(under, log, [...args, `--outputFile.json=${report}`], console.log);
  const { success, numPassedTests, numFailedTests, numPendingTests } = readReport(report);
  // Its code says nothing: a failed test sets it, and so do leaks of the packages that vitest itself is made of.
  const isWhole = success || numFailedTests > 0;
  const found = tellFindings(log, isWhole ? 0 : code || 1, errors);
  return { passed: numPassedTests, failed: numFailedTests + found, skipped: numPendingTests };
}

/** Vitest that was ended has written none. */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { success: false, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

/** @returns {Promise<{code: number, errors: string}>} when it has ended and its last line was told */
async function run({ instrument, addon, preload }, log, args, onLine) {
  const [command, ...rest] = instrument.wrap([process.execPath, ...args], log);
  const env = { ...process.env, ADT_NATIVE_ADDON: addon, ...instrument.env(log) };
  if (preload !== null) env.LD_PRELOAD = preload;
  const child = spawn(command, rest, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors = (errors + text).slice(-10_000);
  });
  const closed = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  for await (const line of createInterface({ input: child.stdout })) onLine(line);
  return { code: await closed, errors };
}
