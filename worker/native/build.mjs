/** Builds the add-on when its sources changed; without a C++ compiler it says so and leaves the install whole. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const buildDirectory = join(here, 'build');
const addon = join(buildDirectory, 'Release', 'adt_native.node');
const stampFile = join(buildDirectory, 'sources.sha256');
/** Why there is no add-on; the engine list shows it. */
const missingFile = join(buildDirectory, 'missing.txt');

/** A hash over all that the add-on is made of: sources, build file, platform and compiler. */
function sourcesStamp(compiler) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${compiler}`);
  const files = readdirSync(join(here, 'src')).sort();
  for (const file of ['binding.gyp', ...files.map((name) => join('src', name))]) {
    hash.update(file).update(readFileSync(join(here, file)));
  }
  return hash.digest('hex');
}

function versionLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '') : undefined;
}

/** The C++ compiler that builds, and its first line of --version. */
export function compilerFound() {
  for (const command of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    const version = command && versionLine(command, ['--version']);
    if (version) return { command, version };
  }
  return undefined;
}

/** Where this Node's own headers lie, so that nothing is downloaded; undefined: node-gyp fetches them. */
export function headersRoot() {
  const given = process.env.npm_config_nodedir;
  const beside = resolve(dirname(process.execPath), '..');
  return [given, beside].find((root) => root && existsSync(join(root, 'include/node/node_api.h')));
}

/** With node-gyp, in a folder of its own: `rebuild` begins by removing what a running process may load. */
function runNodeGyp(folder, compiler, headers) {
  copyFileSync(join(here, 'binding.gyp'), join(folder, 'binding.gyp'));
  symlinkSync(join(here, 'src'), join(folder, 'src'), 'junction');
  const gyp = require.resolve('node-gyp/bin/node-gyp.js');
  const args = [gyp, 'rebuild', '--directory', folder, '--loglevel', 'error'];
  if (headers) args.push('--nodedir', headers);
  const env = { ...process.env, CXX: compiler, JOBS: 'max' };
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  return { ...run, built: join(folder, 'build', 'Release', 'adt_native.node') };
}

/** What every translation unit is compiled with but for optimisation; same as binding.gyp. */
export function compileFlags(headers) {
  const includes = [join(headers, 'include/node'), dirname(require.resolve('node-addon-api/napi.h'))];
  return [
    ...'-std=c++20 -ffp-contract=off -fno-math-errno -fPIC -pthread -Wno-psabi'.split(' '),
    ...includes.flatMap((path) => ['-I', path]),
    ...['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS'],
  ];
}

/** The translation units. */
export function sources() {
  const names = readdirSync(join(here, 'src')).filter((name) => name.endsWith('.cpp'));
  return names.map((name) => join(here, 'src', name));
}

/** One command, for machines without the Python that node-gyp needs. */
function runCompiler(folder, compiler, headers) {
  const built = join(folder, 'adt_native.node');
  const args = [
    ...compileFlags(headers),
    ...['-O3', '-shared'],
    ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    ...sources(),
    ...['-o', built],
  ];
  return { ...spawnSync(compiler, args, { encoding: 'utf8' }), built };
}

function recordMissing(reason) {
  rmSync(buildDirectory, { recursive: true, force: true });
  mkdirSync(buildDirectory, { recursive: true });
  writeFileSync(missingFile, `${reason}\n`);
}

/**
 * Brings the add-on up to date.
 * @returns `built`, `current` (nothing had changed), or `missing` with the reason and what to install
 * @throws when a compiler is there and the build fails: the compiler's own words
 */
export function buildNative() {
  const compiler = compilerFound();
  if (!compiler) {
    recordMissing('no C++ compiler');
    return {
      outcome: 'missing',
      reason: 'no C++ compiler: install one (Debian: apt-get install g++; macOS: xcode-select --install)',
    };
  }
  const stamp = sourcesStamp(compiler.version);
  if (existsSync(addon) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) {
    return { outcome: 'current' };
  }
  const headers = headersRoot();
  const python = ['python3', 'python'].some((command) => versionLine(command, ['-c', 'print(1)']));
  if (!python && !headers) {
    recordMissing('no Node headers and no Python to fetch them');
    return {
      outcome: 'missing',
      reason:
        'no Node headers and no Python: install python3, or Node from nodejs.org, which has its headers',
    };
  }
  mkdirSync(dirname(addon), { recursive: true });
  const folder = mkdtempSync(join(buildDirectory, 'tmp-'));
  try {
    const run = (python ? runNodeGyp : runCompiler)(folder, compiler.command, headers);
    if (run.status !== 0) throw new Error(`the native engine does not build:\n${run.stdout}${run.stderr}`);
    renameSync(run.built, addon);
    rmSync(missingFile, { force: true });
    writeFileSync(stampFile, stamp);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { outcome: 'built' };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { outcome, reason } = buildNative();
  console.log(outcome === 'missing' ? `native: not built (${reason})` : `native: ${outcome}`);
}
