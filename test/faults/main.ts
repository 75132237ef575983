/** `npm run faults -- [NAME…] [--seed S] [--seeds N] [--jobs N] [--list] [--json] [--keep]`, `soak --minutes M`. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { didYouMean } from '@adt/proto/nearest';
import { openCluster } from '../harness/cluster.js';
import type { Databases } from './databases.js';
import type { Fault, Verdict } from './fault.js';
import { FAULTS } from './list.js';
import { nemesis } from './nemesis.js';
import { runFault } from './runFault.js';

const EXIT_BROKEN = 1;
const EXIT_BAD_INPUT = 2;

/** What the command line got wrong. */
class UsageError extends Error {}

type Settings = {
  faults: Fault[];
  seed: number;
  seeds: number;
  /** Faults that run at once, each in a world of its own. */
  jobs: number;
  json: boolean;
  list: boolean;
  /** Logs stay also where a fault was held. */
  keep: boolean;
};

type Run = { fault: Fault; seed: number };
type Report = { name: string; seed: number; verdict: Verdict };

function readSettings(args: string[]): Settings {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const soaks = positionals.includes('soak');
  if (values.minutes !== undefined && !soaks) throw new UsageError('--minutes: goes with soak');
  const minutes = whole('minutes', values.minutes ?? '15', 1);
  const known = [...FAULTS, nemesis(minutes)];
  const faults = positionals.map((name) => {
    const fault = known.find((candidate) => candidate.name === name);
    if (!fault) {
      const names = known.map((candidate) => candidate.name);
      throw new UsageError(`no fault ${JSON.stringify(name)}${didYouMean(name, names)}: see --list`);
    }
    return fault;
  });
  return {
    faults: faults.length > 0 ? faults : [...FAULTS],
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : whole('seed', values.seed, 0),
    seeds: whole('seeds', values.seeds, 1),
    jobs: whole('jobs', values.jobs, 1),
    json: values.json,
    list: values.list,
    keep: values.keep,
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${name}: must be an integer from ${least}`);
  return value;
}

/** Resolves when all have run; a line each as it ends. */
async function runAll({ faults, seed, seeds, jobs, json, keep }: Settings): Promise<Report[]> {
  const cluster = await openCluster(process.env.ADT_TEST_DATABASE_URL);
  const databases = oneAtATime(cluster);
  const queue: Run[] = faults.flatMap((fault) =>
    Array.from({ length: seeds }, (_, at) => ({ fault, seed: seed + at })),
  );
  const reports: Report[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const verdict = await runFault(next.fault, next.seed, databases, keep);
      const report = { name: next.fault.name, seed: next.seed, verdict };
      reports.push(report);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : lines(report));
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await cluster.close();
  }
  return reports;
}

/** A cluster's one connection makes and drops databases in turn. */
function oneAtATime({ create, drop }: Databases): Databases {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return { create: () => inTurn(create), drop: (name) => inTurn(() => drop(name)) };
}

function lines({ name, seed, verdict }: Report): string {
  const head = `${name.padEnd(28)} seed ${String(seed).padEnd(7)}`;
  if (verdict.kind === 'skipped') return `${head} skipped: ${verdict.why}\n`;
  const figures = verdict.figures
    .map(({ name: what, value, unit }) => `, ${what} ${round(value)} ${unit}`)
    .join('');
  const took = `${verdict.seconds.toFixed(1)} s${figures}`;
  const logs = verdict.folders.map((folder) => `logs: ${folder}`);
  const details = verdict.kind === 'held' ? logs : [...verdict.findings, ...logs];
  return `${head} ${verdict.kind.padEnd(8)} (${took})\n${details.map((line) => `    ${line.replaceAll('\n', '\n    ')}\n`).join('')}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function main(args: string[]): Promise<number> {
  const settings = readSettings(args);
  if (settings.list) {
    for (const { name, about } of settings.faults) process.stdout.write(`${name.padEnd(28)} ${about}\n`);
    return 0;
  }
  const reports = await runAll(settings);
  const count = (kind: Verdict['kind']): number =>
    reports.filter(({ verdict }) => verdict.kind === kind).length;
  process.stdout.write(`${count('held')} passed, ${count('broken')} failed, ${count('skipped')} skipped\n`);
  return count('broken') > 0 ? EXIT_BROKEN : 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`faults: ${isUsage ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exit(isUsage ? EXIT_BAD_INPUT : EXIT_BROKEN);
}
