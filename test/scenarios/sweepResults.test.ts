/** A small TPE sweep with confirmation on a real platform: what `adt` says of its results, its log and its replay. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@adt/prisma/client';
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AdtParams, adt } from '../harness/adtCommand.js';
import { atEnd } from '../harness/cleanup.js';
import { type Platform, startPlatform } from '../harness/platform.js';

/** Two configurations a loss, then three fresh seeds: ten trainings of one epoch, a few seconds. */
const CONFIRMED = `
name: confirmed
method: tpe
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE]}
  eps_max: {min: 0.05, max: 0.2, when: {loss: T-CE}}
  eps_n: {value: 50, when: {loss: T-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-3, max: 1.0e-2}
training: {epochs: 1, eval_every: 50}
budget: {max_trials_per_stratum: 2}
seeds: {search: [1], confirm: {count: 3, base: 2019}}
`;

const UNCONFIRMED = `
name: unconfirmed
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE]}
  eps_max: {values: [0.1, 0.2], when: {loss: T-CE}}
  eps_n: {value: 50, when: {loss: T-CE}}
training: {epochs: 1, eval_every: 50}
seeds: {search: [7]}
`;

/** Each command starts a process; on a busy machine that alone takes a second. */
const WITHIN = { timeout: 60_000 };

let platform: Platform;
let confirmed: string;
let unconfirmed: string;

function run(args: readonly string[], more: Partial<AdtParams> = {}) {
  return adt({ dataDir: platform.dataDir, args, ...more });
}

async function submitted(spec: string): Promise<string> {
  const args = ['--json', 'sweep', 'submit', '-', '--watch'];
  const { code, stdout, stderr } = await run(args, { input: spec });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return String((JSON.parse(stdout) as { summary: SweepSummary }).summary.sweepId);
}

beforeAll(async () => {
  platform = await startPlatform({ workers: 1, slots: 2 });
  const runFile = {
    pid: process.pid,
    grpc: platform.grpc,
    token: platform.token,
    dashboard: null,
    loginKey: 'x',
  };
  writeFileSync(join(platform.dataDir, 'run.json'), JSON.stringify(runFile), { mode: 0o600 });
  [confirmed, unconfirmed] = await Promise.all([submitted(CONFIRMED), submitted(UNCONFIRMED)]);
});

describe('adt compare', WITHIN, () => {
  it('tells from the confirmation runs what can be said of the losses, in every format', async () => {
    const { code, stdout, stderr } = await run(['compare', confirmed]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^synthetic, GMF$/m);
    expect(stdout).toMatch(/^T-CE {2}eps_max 0\.\d+, eps_n 50, lr 0\.\d+ +2 +2 +\S+ CPU .*\(3\)/m);
    expect(stdout).toMatch(/^T-CE vs CE +3 /m);
    expect(stdout).toContain(
      'synthetic, GMF: no verdict on T-CE and CE: 3 common seeds, run 3 more; both were tuned equally, 2 trials each.',
    );
    const [json, csv, latex] = await Promise.all([
      run(['--json', 'compare', confirmed]),
      run(['compare', confirmed, '--format', 'csv', '--metric', 'test/ndcg@50']),
      run(['compare', confirmed, unconfirmed, '--format', 'latex', '--by', 'model']),
    ]);
    const seeds = [2019, 2020, 2021];
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      family: 1,
      cells: [{ pairs: [{ seeds, tunedUnevenly: false }] }],
    });
    expect(csv.stdout.split('\n')[1]).toMatch(/^synthetic,GMF,test\/ndcg@50,T-CE,CE,/);
    expect(csv.stderr).toContain('chosen by valid/recall@50, not by test/ndcg@50');
    expect(latex.stdout).toContain('\\toprule');
    expect(latex.stderr).toContain(`sweep ${unconfirmed} (unconfirmed) has no confirmation`);
  });

  it('gives no verdict without confirmation, says what is missing and which lines add it', async () => {
    const { code, stdout, stderr } = await run(['compare', unconfirmed]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      [
        `sweep ${unconfirmed} (unconfirmed) has no confirmation: its results rest on the seeds that chose them`,
        'put these lines in the place of seeds: in its file, and run it again with adt sweep submit FILE:',
        'seeds:',
        '  search: [7]',
        '  confirm: {count: 10, base: 2019}',
        'adt: nothing to compare: no stratum has a confirmed configuration',
        '',
      ].join('\n'),
    );
  });
});

describe('adt sweep replay', WITHIN, () => {
  it('finds both sweeps identical, and the head of the log', async () => {
    const [{ code, stdout }, other] = await Promise.all([
      run(['sweep', 'replay', confirmed]),
      run(['--json', 'sweep', 'replay', unconfirmed]),
    ]);
    expect(stdout).toMatch(
      /^sweep \d+ \(confirmed\): \d+ entries, \d+ decisions, 10 trials, head [0-9a-f]{64}\nidentical\n$/,
    );
    expect(code).toBe(0);
    expect(JSON.parse(other.stdout)).toMatchObject({
      entries: 0,
      trials: 3,
      identical: true,
      difference: null,
    });
  });

  it('shows a stored value that was changed, and ends with 1', async () => {
    const db = openDatabase({ url: platform.databaseUrl, connectionLimit: 1 });
    atEnd(() => db.close());
    const where = { sweepId_number: { sweepId: Number(confirmed), number: 1 } };
    const { bestValue } = await db.prisma.trial.findUniqueOrThrow({ where });
    await db.prisma.trial.update({ where, data: { bestValue: 0.999 } });
    const { code, stdout } = await run(['sweep', 'replay', confirmed]);
    await db.prisma.trial.update({ where, data: { bestValue } });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^different: result of trial #1\n {2}stored .*0\.999.*\n {2}recomputed {2}.*"done".*$/m,
    );
  });
});

describe('adt sweep', WITHIN, () => {
  it('logs the decisions in words, newest last', async () => {
    const [{ stdout }, told, json, none] = await Promise.all([
      run(['sweep', 'log', confirmed]),
      run(['sweep', 'log', confirmed, '--told']),
      run(['--json', 'sweep', 'log', confirmed]),
      run(['sweep', 'log', unconfirmed]),
    ]);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}synthetic, GMF, CE {2}tries lr 0\.\d+: .*1 of/,
    );
    expect(lines.filter((line) => line.includes('confirms the configuration of trial #'))).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/ {2}the search {2}is done: 4 configurations, 10 trainings$/);
    expect(stdout).not.toContain('is done with');
    expect(told.stdout).toMatch(/trial #1 is done with 0\.\d+$/m);
    expect(JSON.parse(json.stdout)[0]).toMatchObject({
      number: 1,
      kind: 'suggested',
      entry: { kind: 'suggested', stratum: 0 },
    });
    expect(none.stderr).toContain('has no search log');
  });

  it('ranks by the search seeds and tags what confirms', async () => {
    const [{ stdout }, apart, exported] = await Promise.all([
      run(['sweep', 'show', confirmed]),
      run(['sweep', 'show', confirmed, '--seeds']),
      run(['sweep', 'export', confirmed]),
    ]);
    expect(stdout.match(/ 1 +0\.\d{4} .* done; confirm: 3 done$/gm)).toHaveLength(2);
    expect(apart.stdout.match(/^– .* confirm: done$/gm)).toHaveLength(6);
    const [header = '', ...rows] = exported.stdout.trim().split('\n');
    const phase = header.split(',').indexOf('phase');
    expect(rows.filter((row) => row.split(',')[phase] === 'CONFIRM')).toHaveLength(6);
  });

  it('says which parameters matter once there are enough configurations, and how the metric depends on ε', async () => {
    const [importance, sensitivity, json] = await Promise.all([
      run(['sweep', 'importance', confirmed, '--for', 'duration']),
      run(['sweep', 'sensitivity', unconfirmed, '--metric', 'test/recall@50']),
      run(['--json', 'sweep', 'sensitivity', unconfirmed]),
    ]);
    expect(importance.stdout).toMatch(/^importance for the duration, all strata\n/);
    expect(importance.stdout).toContain('lr: 2 of the 10 configurations that it takes');
    expect(sensitivity.stdout).toMatch(
      /^synthetic, GMF: test\/recall@50\n\nT-CE\nε_max +ε_N 50\n +0\.1 +0\.\d{4}\*?\n +0\.2 +0\.\d{4}\*?\n\nCE {2}0\.\d{4}\n/,
    );
    expect(JSON.parse(json.stdout)).toMatchObject([
      { metric: 'valid/recall@50', tce: [{ epsMax: 0.1 }, { epsMax: 0.2 }] },
    ]);
  });

  it('ends with 2 and says why in one line', async () => {
    const cases: readonly (readonly [args: string[], line: RegExp])[] = [
      [['compare', '2147483647'], /^adt: there is no sweep 2147483647$/m],
      [['compare', 'first'], /must be a number as adt sweep ls shows it \(got "first"\)/],
      [
        ['compare', confirmed, '--by', 'modle'],
        /--by: must be dataset, model \(got "modle"\) \(did you mean "model"\?\)/,
      ],
      [['sweep', 'replay', '2147483647'], /there is no sweep 2147483647/],
      [['sweep', 'sensitivity', confirmed, '--metric', 'test/recal@50'], /did you mean "test\/recall@50"\?/],
    ];
    const results = await Promise.all(cases.map(([args]) => run(args)));
    for (const [at, { code, stdout, stderr }] of results.entries()) {
      expect(stderr).toMatch(cases[at]?.[1] ?? /never/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  it('lists all of these in its help', async () => {
    const [main, sweep] = await Promise.all([run(['--help']), run(['sweep', '--help'])]);
    expect(main.stdout).toMatch(/^ +compare .*<sweep\.\.\.>/m);
    for (const command of ['log', 'replay', 'importance', 'sensitivity'])
      expect(sweep.stdout).toMatch(new RegExp(`^ +${command} .*<id>`, 'm'));
  });
});
