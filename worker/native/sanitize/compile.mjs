/** Builds the add-on with an instrument's flags, in a folder of its own: `build/` here, which git ignores. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFlags, sources } from '../build.mjs';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));
const BUILDS = fileURLToPath(new URL('build', import.meta.url));

/**
 * Compiles what changed since the last time; a header counts as a change of everything.
 * @param {{name: string, flags: string[], compiler: {command: string, version: string}, headers: string}} params
 * @returns {Promise<string>} the add-on's path
 * @throws with the compiler's own words
 */
export async function compileInstrumented({ name, flags, compiler, headers }) {
  const folder = join(BUILDS, name);
  mkdirSync(folder, { recursive: true });
  const shared = stampOf([compiler.version, ...flags, ...includes().map((file) => readFileSync(file))]);
  const units = sources().map((source) => ({
    args: [...compileFlags(headers), ...flags, '-c', source],
    output: join(folder, `${basename(source, '.cpp')}.o`),
    stamp: stampOf([shared, readFileSync(source)]),
  }));
  const waiting = [...units];
  const compileNext = async () => {
    for (let unit = waiting.pop(); unit !== undefined; unit = waiting.pop()) await make(compiler, unit);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileNext));
  const output = join(folder, 'adt_native.node');
  const args = [...flags, '-shared', '-pthread', ...units.map((unit) => unit.output)];
  await make(compiler, { args, output, stamp: stampOf(units.map(({ stamp }) => stamp)) });
  return output;
}

function includes() {
  const names = readdirSync(SOURCES).filter((name) => !name.endsWith('.cpp'));
  return names.sort().map((name) => join(SOURCES, name));
}

function stampOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

async function make(compiler, { args, output, stamp }) {
  const stampFile = `${output}.sha256`;
  if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await run(compiler.command, [...args, '-o', output]);
  writeFileSync(stampFile, stamp);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(errors.trim()))));
  });
}
