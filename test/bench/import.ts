/** Bench of `adt dataset import`: writes a large ratings file, imports it, reports wall time and peak memory. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createRng, type Rng } from '@adt/worker/data/rng';

/** Where npx finds the command, from the sources and from dist alike. */
const ROOT = join(dirname(createRequire(import.meta.url).resolve('@adt/coordinator/cli/main')), '../../..');

/** `ids`: what is hard is text ids; `integers`: nothing is; `json`: what is hard is the text around four fields. */
export const SHAPES = ['ids', 'integers', 'json'] as const;
export type Shape = (typeof SHAPES)[number];

export type ImportBench = {
  shape: Shape;
  rows: number;
  fileBytes: number;
  /** Of `npx adt dataset import`, from start to exit. */
  wallSeconds: number;
  /** The importing process's own user and system time. */
  cpuSeconds: number;
  /** The importing process's largest resident set, as getrusage counts it. */
  peakBytes: number;
  rowsPerSecond: number;
};

export type ImportBenchOptions = {
  rows: number;
  users: number;
  items: number;
  shape: Shape;
  /** Folder for the file and the data dir, some 5 GB for 10 million rows of json. */
  under: string;
  /** More arguments of the command, say `--k-core 5`. */
  args: readonly string[];
};

/** A tenth of the largest of Amazon's data sets has these numbers. */
export const USUAL: ImportBenchOptions = {
  rows: 10_000_000,
  users: 2_500_000,
  items: 800_000,
  shape: 'ids',
  under: tmpdir(),
  args: [],
};

/** Writes the file into a temporary folder, measures one import of it, and removes both. */
export async function benchImport(options: ImportBenchOptions): Promise<ImportBench> {
  const folder = await mkdtemp(join(options.under, 'adt-bench-import-'));
  try {
    const file = join(folder, options.shape === 'json' ? 'reviews_all.json' : 'ratings_all.csv');
    await pipeline(linesOf(options), createWriteStream(file));
    return { ...(await measure(file, folder, options)), fileBytes: (await stat(file)).size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs in every process of the command and leaves what the kernel says of it in a file. */
const REPORT_USAGE = `
  import { writeFileSync } from 'node:fs';
  process.on('exit', () => {
    writeFileSync(process.env.ADT_BENCH_USAGE + '/' + process.pid, JSON.stringify(process.resourceUsage()));
  });`;

type Usage = { maxRSS: number; userCPUTime: number; systemCPUTime: number };

async function measure(file: string, folder: string, { rows, shape, args }: ImportBenchOptions) {
  const usages = await mkdtemp(join(folder, 'usage-'));
  const hook = join(folder, 'usage.mjs');
  await writeFile(hook, REPORT_USAGE);
  const env = { ...process.env, NODE_OPTIONS: `--import ${hook}`, ADT_BENCH_USAGE: usages };
  const command = ['adt', '--data-dir', join(folder, 'data'), 'dataset', 'import', file, '--name', 'bench'];
  const started = performance.now();
  await promisify(execFile)('npx', [...command, ...args], { cwd: ROOT, env });
  const wallSeconds = (performance.now() - started) / 1000;
  // npx has a process of its own; the import is the one that takes more.
  const all = await Promise.all(
    (await readdir(usages)).map(
      async (pid) => JSON.parse(await readFile(join(usages, pid), 'utf8')) as Usage,
    ),
  );
  const usage = all.reduce((a, b) => (a.userCPUTime > b.userCPUTime ? a : b));
  return {
    shape,
    rows,
    wallSeconds,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakBytes: usage.maxRSS * 1024,
    rowsPerSecond: rows / wallSeconds,
  };
}

/** Rows in blocks; a few users and items have most of them, as everywhere. */
function* linesOf({ rows, users, items, shape }: ImportBenchOptions): Generator<string> {
  const rng = createRng(1, 0);
  const block = 10_000;
  if (shape === 'integers') yield 'user,item,rating,timestamp\n';
  for (let done = 0; done < rows; done += block) {
    let text = '';
    for (let row = Math.min(block, rows - done); row > 0; row--) {
      const user = skewed(users, rng);
      const item = skewed(items, rng);
      text += lineOf(shape, user, item, 1 + rng.below(5), 1_300_000_000 + rng.below(100_000_000));
    }
    yield text;
  }
}

function skewed(count: number, rng: Rng): number {
  const place = rng.uniform();
  return Math.floor(place * place * count);
}

function lineOf(shape: Shape, user: number, item: number, rating: number, time: number): string {
  if (shape === 'integers') return `${user},${item},${rating},${time}\n`;
  const reviewer = `A${code(user, 13)}`;
  const asin = `B${code(item, 9)}`;
  if (shape === 'ids') return `${reviewer},${asin},${rating}.0,${time}\n`;
  const head = `{"reviewerID": "${reviewer}", "asin": "${asin}", "reviewerName": "A \\"B\\" C", "helpful": [2, 3]`;
  return `${head}, "reviewText": "${TEXT}", "overall": ${rating}.0, "summary": "Fine", "unixReviewTime": ${time}}\n`;
}

const TEXT = 'It does what it says, and the second one was as good as the first. '.repeat(5);

/** As Amazon's ids look: digits and capitals that do not ascend with the number. */
function code(number: number, length: number): string {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  return (mixed.toString(36) + number.toString(36)).toUpperCase().padStart(length, '0');
}
