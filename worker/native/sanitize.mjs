/**
 * `npm run sanitize [-- --thread | --valgrind]`: the native core under an instrument that sees what tests can't: reads
 * and writes out of bounds, use after free, leaks, undefined behaviour; races; uninitialised values. How and
 * why is in README.md. Ends with `N passed, N failed, N skipped`; exits 1 on a finding.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compilerFound, headersRoot } from './build.mjs';
import { compileInstrumented } from './sanitize/compile.mjs';
import { findRuntime, INSTRUMENTS } from './sanitize/instruments.mjs';
import { runCases, runTests } from './sanitize/runs.mjs';

/** Valgrind is some fifty times slower: the cases alone. */
const WITH_TESTS = ['address', 'thread'];

/** @returns {Promise<{passed: number, failed: number, skipped: number}>} */
async function sanitize(name) {
  const compiler = compilerFound();
  const headers = headersRoot();
  if (!compiler || !headers) return skipped(`${name}: no ${compiler ? 'Node headers' : 'C++ compiler'}`);
  const runtime = findRuntime(name, compiler.command);
  if ('missing' in runtime) return skipped(`${name}: ${runtime.missing}`);

  const instrument = INSTRUMENTS[name];
  const addon = await compileInstrumented({ name, flags: instrument.flags, compiler, headers });
  const folder = mkdtempSync(join(tmpdir(), 'adt-sanitize-'));
  try {
    const under = { instrument, addon, preload: runtime.preload, folder };
    const counts = [await runCases(under)];
    if (WITH_TESTS.includes(name)) counts.push(await runTests(under));
    return counts.reduce((sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function skipped(reason) {
  console.log(`skipped ${reason}`);
  return { passed: 0, failed: 0, skipped: 1 };
}

const { values } = parseArgs({
  options: { thread: { type: 'boolean', default: false }, valgrind: { type: 'boolean', default: false } },
});
const asked = ['thread', 'valgrind'].filter((name) => values[name]);
let total = { passed: 0, failed: 0, skipped: 0 };
for (const name of asked.length > 0 ? asked : ['address']) {
  console.log(`sanitize: ${name}`);
  const { passed, failed, skipped } = await sanitize(name);
  total = {
    passed: total.passed + passed,
    failed: total.failed + failed,
    skipped: total.skipped + skipped,
  };
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
