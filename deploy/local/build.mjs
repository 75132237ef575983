// Builds what changed: Prisma's client, the native add-on, TypeScript, the dashboard. Plain Node: it runs first.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lockBuild } from './buildLock.mjs';
import { createStages } from './stages.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Gone with node_modules: a new installation builds anew. */
const STAMPS = join(ROOT, 'node_modules/.cache/adt-build');

/** What each workspace is compiled after, as its tsconfig.json says. */
const REFERENCES = {
  proto: [],
  prisma: [],
  worker: ['proto'],
  coordinator: ['proto', 'prisma', 'worker'],
  deploy: ['proto', 'prisma', 'coordinator'],
  test: ['proto', 'prisma', 'worker', 'coordinator', 'deploy'],
  dashboard: ['proto'],
};

export const WORKSPACES = Object.keys(REFERENCES);

/** A step that failed; `output` is what it printed. */
export class BuildFailure extends Error {
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/**
 * Brings the named workspaces, and what they need, up to date. Builds at the same time wait for each other.
 * @param {{workspaces?: string[], stages?: import('./launchOptions.js').Stages}} params
 * @throws {BuildFailure} with the failing step's output
 */
export async function build({ workspaces = WORKSPACES, stages = createStages() } = {}) {
  const wanted = closure(workspaces);
  const waiting = (pid) => stages.print(`  waiting for the build of process ${pid}`);
  const release = await lockBuild(join(STAMPS, 'lock'), waiting);
  try {
    const native = wanted.has('worker') ? step(nativeStep(), stages) : null;
    const compiled = (async () => {
      if (wanted.has('prisma')) await step(prismaStep(), stages);
      await step(typescriptStep([...wanted].filter((name) => name !== 'dashboard')), stages);
      if (wanted.has('dashboard')) await step(dashboardStep(), stages);
    })();
    // Both end before the lock does, also when one fails.
    const results = await Promise.allSettled([native, compiled]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    release();
  }
}

function prismaStep() {
  return {
    label: 'database client',
    inputs: ['prisma/schema.prisma', 'prisma/prisma.config.ts'],
    outputs: ['prisma/src/gen/client.ts'],
    // Generating needs no schema engine, but Prisma would download one: any program stands in for it.
    commands: [
      {
        args: [bin('prisma', 'build/index.js'), 'generate'],
        cwd: 'prisma',
        env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
      },
    ],
  };
}

function nativeStep() {
  return {
    label: 'native engine',
    inputs: ['worker/native'],
    outputs: ['worker/native/build'],
    commands: [{ args: ['worker/native/build.mjs'], cwd: '.' }],
    // Without a compiler there is nothing to remember: one may be installed before the next build.
    isLasting: (output) => !output.includes('not built'),
    describe: (output) =>
      output
        .trim()
        .split('\n')
        .at(-1)
        .replace(/^native: /, ''),
  };
}

function typescriptStep(projects) {
  const sources = projects.flatMap((name) => [
    name === 'test' ? 'test' : `${name}/src`,
    `${name}/tsconfig.json`,
  ]);
  return {
    label: 'TypeScript',
    stamp: `typescript-${projects.sort().join('-')}`,
    inputs: [...sources, 'deploy/local', 'tsconfig.base.json', 'prisma/schema.prisma'],
    outputs: projects.map((name) => `${name}/dist/.tsbuildinfo`),
    commands: [{ args: [bin('typescript', 'bin/tsc'), '-b', ...projects], cwd: '.' }],
  };
}

function dashboardStep() {
  const next = [bin('next', 'dist/bin/next'), 'build'];
  return {
    label: 'web pages',
    inputs: ['dashboard', 'proto/src'],
    outputs: ['dashboard/.next/BUILD_ID', 'dashboard/dist/server/main.js'],
    commands: [
      { args: [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.server.json'], cwd: 'dashboard' },
      { args: next, cwd: 'dashboard', env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } },
    ],
  };
}

function bin(packageName, path) {
  return join(ROOT, 'node_modules', packageName, path);
}

/** Runs a step when its inputs differ from those of its last success, or an output is missing. */
async function step({ label, stamp = label, inputs, outputs, commands, isLasting, describe }, stages) {
  const stampFile = join(STAMPS, stamp.replaceAll(' ', '-'));
  const hash = hashOf(inputs);
  const complete = outputs.every((path) => existsSync(join(ROOT, path)));
  if (complete && readStamp(stampFile) === hash) return;
  await stages.run(label, async (say) => {
    let output = '';
    for (const command of commands) output = await run(label, command);
    if (describe) say(describe(output));
    if (isLasting?.(output) ?? true) writeFileSync(stampFile, hash);
  });
}

function readStamp(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** SHA-256 over the names and contents of all files below the inputs, and over the installed packages. */
function hashOf(inputs) {
  const hash = createHash('sha256').update(process.version);
  for (const input of [...inputs, 'package-lock.json']) {
    for (const file of filesBelow(join(ROOT, input))) {
      hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Made by a build or an installation, so no input of one. */
const PRODUCTS =
  /(^|\/)(node_modules|dist|build|\.next|output|next-env\.d\.ts|[^/]*\.tsbuildinfo)$|^prisma\/src\/gen$/;

/** In name order, so that the hash depends on nothing else. */
function filesBelow(path) {
  if (PRODUCTS.test(relative(ROOT, path)) || !existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

function run(label, { args, cwd, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: join(ROOT, cwd),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new BuildFailure(`${label} failed (exit code ${code})`, output.trim()));
    });
  });
}

function closure(workspaces) {
  const all = new Set();
  const add = (name) => {
    if (all.has(name)) return;
    all.add(name);
    for (const reference of REFERENCES[name]) add(reference);
  };
  for (const name of workspaces) add(name);
  return all;
}

/** `node deploy/local/build.mjs [--only worker,test]` */
async function main(argv) {
  const [flag, list, ...more] = argv;
  const workspaces = flag === undefined ? WORKSPACES : (list ?? '').split(',');
  const unknown = workspaces.filter((name) => !WORKSPACES.includes(name));
  if ((flag !== undefined && flag !== '--only') || more.length > 0 || unknown.length > 0) {
    process.stderr.write(`build: usage: build.mjs [--only LIST], of ${WORKSPACES.join(', ')}\n`);
    return 2;
  }
  try {
    await build({ workspaces });
    return 0;
  } catch (error) {
    process.stderr.write(`\n${error.output ?? error.stack}\n\nbuild: ${error.message}\n`);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
