/** `adt sweep` and `adt worker` against a real platform: what a user types, sees and gets as exit code. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import type { SweepPlan, SweepSummary, TrialSummary, Worker } from '@adt/proto/gen/adt/v1/search';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AdtParams, adt, startAdt } from '../harness/adtCommand.js';
import { type Platform, startPlatform } from '../harness/platform.js';
import { temporaryFolder } from '../harness/temporary.js';

/** Four trainings of one epoch: a second or two. */
const QUICK = `
name: quick
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE]}
  eps_max: {value: 0.1}
  eps_n: {value: 50}
training: {epochs: 1, eval_every: 50}
seeds: {search: [1, 2]}
`;

/** More than anybody waits for. */
const ENDLESS = QUICK.replace('name: quick', 'name: endless').replace('epochs: 1,', 'epochs: 10000,');

/** Each command starts a process; on a busy machine that alone takes a second. */
const WITHIN = { timeout: 120_000 };

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ workers: 1, slots: 2 });
  const run = {
    pid: process.pid,
    grpc: platform.grpc,
    token: platform.token,
    dashboard: null,
    loginKey: 'x',
  };
  writeFileSync(join(platform.dataDir, 'run.json'), JSON.stringify(run), { mode: 0o600 });
});

/** One command on the platform of this file. */
function run(args: readonly string[], more: Partial<AdtParams> = {}) {
  return adt({ dataDir: platform.dataDir, args, ...more });
}

async function json<Document>(args: readonly string[], input?: string): Promise<Document> {
  const { code, stdout, stderr } = await run(['--json', ...args], { input });
  expect(stderr, `exit ${code}`).not.toMatch(/^adt:/m);
  return JSON.parse(stdout) as Document;
}

function sweepFile(spec: string, name = 'sweep.yaml'): string {
  const path = join(mkdtempSync(join(temporaryFolder('sweep'), 'f-')), name);
  writeFileSync(path, spec);
  return path;
}

describe('adt sweep', WITHIN, () => {
  it('submits a file, sends the data set along, follows it to its end and shows the ranking', async () => {
    const { code, stdout, stderr } = await run(['sweep', 'submit', sweepFile(QUICK), '--watch']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toContain('warning');
    expect(stdout).toContain('(quick): 2 configurations, 4 runs, 2 strata');
    expect(stdout).toContain('4 of 4 done, best valid/recall@50 0.');
    expect(stdout).toMatch(/^1 {2}(CE|T-CE) .*\d\.\d{4} ± \d\.\d{4} \(2\) .*2 done$/m);
    expect(stdout).toMatch(/^2 {2}(CE|T-CE) /m);
  });

  it('lists, shows and exports what has run', async () => {
    const sweep = await json<{ summary: SweepSummary; trials: TrialSummary[] }>(
      ['sweep', 'submit', '-', '--watch', '--owner', '=cmd()'],
      QUICK.replace('name: quick', 'name: "=1+1"'),
    );
    const id = String(sweep.summary.sweepId);
    expect(sweep.trials.map(({ state }) => state)).toEqual(new Array(4).fill(TrialState.SUCCEEDED));

    const listed = (await json<SweepSummary[]>(['sweep', 'ls'])).find(
      ({ sweepId }) => String(sweepId) === id,
    );
    expect(listed).toMatchObject({ name: '=1+1', owner: '=cmd()', counts: { succeeded: 4 } });

    const shown = await json<{
      rankings: { groups: { rank: number; trials: unknown[]; test: object }[] }[];
    }>(['sweep', 'show', id]);
    expect(shown.rankings[0]?.groups.map(({ rank, trials }) => [rank, trials.length])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(Object.keys(shown.rankings[0]?.groups[0]?.test ?? {})).toContain('test/recall@50');
    const apart = await run(['sweep', 'show', id, '--seeds', '--top', '3']);
    expect(apart.stdout).toContain('… 1 more (--top 4 shows all)');

    const [header = '', ...rows] = (await run(['sweep', 'export', id])).stdout.trim().split('\n');
    const column = (name: string) => rows.map((row) => row.split(',')[header.split(',').indexOf(name)]);
    expect(column('loss')).toEqual(['CE', 'T-CE', 'CE', 'T-CE']);
    expect(column('eps_max')).toEqual(['', '0.1', '', '0.1']);
    expect(column('seed')).toEqual(['1', '1', '2', '2']);
    expect(
      column('valid/recall@50')
        .map(Number)
        .every((value) => value > 0),
    ).toBe(true);
    const exported = await json<{ trialId: number; test: Record<string, number> }[]>(['sweep', 'export', id]);
    expect(exported.every(({ test }) => (test['test/recall@50'] ?? 0) > 0)).toBe(true);
  });

  it('plans without running anything', async () => {
    await json<SweepSummary>(['sweep', 'submit', '-'], QUICK);
    const before = await json<SweepSummary[]>(['sweep', 'ls']);
    const plan = await json<SweepPlan>(['sweep', 'plan', '-'], QUICK.replace('[1, 2]', '[1]'));
    expect(plan).toMatchObject({ configurations: 2, runs: 2, violations: [] });
    expect(plan.warnings.map(({ path }) => path)).toEqual(['seeds.search']);
    const text = await run(['sweep', 'plan', sweepFile(QUICK)]);
    expect(text.stdout).toMatch(/^synthetic {2}GMF {4}T-CE +1 +2$/m);
    expect((await json<SweepSummary[]>(['sweep', 'ls'])).length).toBe(before.length);
  });

  it('refuses a bad file with a line a violation and exit code 2, and leaves nothing behind', async () => {
    const before = await json<SweepSummary[]>(['sweep', 'ls']);
    const bad = QUICK.replace('{value: 0.1}', '{value: 1.5}').replace('method: grid', 'method: gird');
    for (const command of ['submit', 'plan']) {
      const { code, stdout, stderr } = await run(['sweep', command, sweepFile(bad)]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.trim().split('\n')).toEqual([
        'adt: method: must be one of grid, random, sobol, tpe (got "gird") (did you mean "grid"?)',
        'adt: parameters.eps_max.value: must be a number ≥ 0 and < 1 (got 1.5)',
      ]);
    }
    const refused = await run(['--json', 'sweep', 'submit', sweepFile(bad)]);
    expect(JSON.parse(refused.stdout)).toMatchObject({ reason: 'SPACE_INVALID' });
    expect((await json<SweepSummary[]>(['sweep', 'ls'])).length).toBe(before.length);
  });

  it.each([
    [
      'a data set that nobody has',
      QUICK.replace('synthetic', 'synthetics'),
      /"synthetics" is not a stored data set/,
    ],
    ['broken YAML', 'name: {', /line 1, column \d+: /],
    ['broken JSON', '{"name": }', /line 1, column 10: is not valid JSON/],
  ])('refuses %s in one line', async (_, spec, line) => {
    const { code, stderr } = await run(['sweep', 'submit', '-'], { input: spec });
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [['sweep', 'show', '2147483647'], 2, /^adt: .*2147483647/],
    [['sweep', 'show', 'first'], 2, /must be a number as adt sweep ls shows it \(got "first"\)/],
    [['sweep', 'ls', '--limit', '0'], 2, /--limit: must be >= 1/],
    [['sweep', 'export', '1', '--format', 'xlsx'], 2, /csv, json/],
    [['sweep', 'submit', '/no/such/file'], 2, /\/no\/such\/file: no such file/],
  ])('%j ends with %i and says why in one line', async (args, exitCode, line) => {
    const { code, stderr } = await run(args);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(exitCode);
  });

  it('says that nothing runs, what was looked at, and that a wrong token is the trouble', async () => {
    const elsewhere = temporaryFolder('nothing');
    const none = await adt({ dataDir: elsewhere, args: ['sweep', 'ls'] });
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toBe(`adt: no platform is running in ${elsewhere} (start it with npm start)\n`);
    const env = { ADT_COORDINATOR: platform.grpc, ADT_TOKEN: 'x'.repeat(43) };
    const stranger = await adt({ dataDir: elsewhere, args: ['sweep', 'ls'], env });
    expect(stranger.code).toBe(1);
    expect(stranger.stderr).toContain('refuses the token');
    const friend = await adt({
      dataDir: elsewhere,
      args: ['--json', 'sweep', 'ls'],
      env: { ADT_COORDINATOR: platform.grpc, ADT_TOKEN: platform.token },
    });
    expect(friend.code).toBe(0);
  });

  it('leaves a watched sweep running at Ctrl-C, and cancels it when told', async () => {
    const { sweepId } = await json<SweepSummary>(['sweep', 'submit', '-'], ENDLESS);
    const watching = startAdt({ dataDir: platform.dataDir, args: ['sweep', 'watch', String(sweepId)] });
    await watching.said(/running/);
    watching.kill('SIGINT');
    const { code, stderr } = await watching.result;
    expect(code).toBe(130);
    expect(stderr).toContain(`sweep ${sweepId} goes on: adt sweep watch ${sweepId}`);
    const state = async () =>
      (await json<SweepSummary[]>(['sweep', 'ls'])).find((sweep) => sweep.sweepId === sweepId);
    expect((await state())?.state).toBe('SWEEP_STATE_RUNNING');

    expect((await run(['sweep', 'cancel', String(sweepId)])).stdout).toContain(
      `sweep ${sweepId} (endless): cancelled`,
    );
    const watched = await run(['sweep', 'watch', String(sweepId)]);
    expect(watched.code).toBe(1);
    expect(watched.stdout).toContain('4 cancelled');
    expect((await state())?.counts).toMatchObject({ queued: 0, running: 0, cancelled: 4 });
  });
});

describe.skipIf(process.platform !== 'linux')('adt worker', WITHIN, () => {
  it('works for the pool it is given, hands its training back at Ctrl-C and leaves no process', async () => {
    const args = ['worker', '--pool', 'side', '--slots', '1', '--threads', '1'];
    const working = startAdt({ dataDir: join(platform.dataDir, 'side'), args, env: toPlatform() });
    await working.said(/working for 127\.0\.0\.1:\d+/);
    const workers = await json<Worker[]>(['worker', 'ls']);
    expect(workers.map(({ pool, slots }) => [pool, slots])).toContainEqual(['side', 1]);
    expect((await run(['worker', 'ls'])).stdout).toMatch(/ side +active +1 × 1 /);

    const done = await run(['sweep', 'submit', '-', '--watch'], { input: `${QUICK}\npool: side\n` });
    expect(done.stdout).toContain('4 of 4 done');

    const { sweepId } = await json<SweepSummary>(['sweep', 'submit', '-'], `${ENDLESS}\npool: side\n`);
    const watching = startAdt({ dataDir: platform.dataDir, args: ['sweep', 'watch', String(sweepId)] });
    await watching.said(/1 running/);
    const started = childrenOf(working.pid);
    expect(started.length).toBeGreaterThan(0);
    working.kill('SIGINT');
    expect((await working.result).code).toBe(0);
    expect(started.filter(isAlive)).toEqual([]);
    const { counts } = await json<SweepSummary>(['sweep', 'cancel', String(sweepId)]);
    expect(counts).toMatchObject({ running: 0, cancelled: 4 });
    watching.kill('SIGKILL');
    await watching.result;
  });

  it('takes its worker along when it is killed', async () => {
    const args = ['worker', '--pool', 'side', '--slots', '1'];
    const working = startAdt({ dataDir: join(platform.dataDir, 'side2'), args, env: toPlatform() });
    await working.said(/working for/);
    const started = childrenOf(working.pid);
    expect(started.length).toBeGreaterThan(0);
    working.kill('SIGKILL');
    await expect.poll(() => started.filter(isAlive), { timeout: 15_000, interval: 50 }).toEqual([]);
    await working.result;
  });
});

function toPlatform(): NodeJS.ProcessEnv {
  return { ADT_COORDINATOR: platform.grpc, ADT_TOKEN: platform.token };
}

/** Direct children. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | null {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) \S+ /s, '')
        .split(' ')[0],
    );
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  return parentOf(pid) !== null;
}
