/** Presets, plans and imports as a user types them: without a platform, and on one that learns how long trainings take. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { type AdtParams, adt } from '../harness/adtCommand.js';
import { startPlatform } from '../harness/platform.js';
import { temporaryFolder } from '../harness/temporary.js';

/** Each command starts a process; on a busy machine that alone takes a second. */
const WITHIN = { timeout: 180_000 };

const QUICK = ['--preset', 'quick', '--dataset', 'synthetic', '--model', 'GMF'];
/** 36 trainings of one short epoch. */
const SHORT = [...QUICK, '--epochs', '1', '--eval-every', '100', '--valid-users', '50'];

const WANDB = `
method: bayes
metric: {name: val_recall_50, goal: maximize}
parameters:
  drop_rate: {distribution: uniform, min: 0.05, max: 0.3}
  num_gradual: {values: [100, 200]}
  lr: {distribution: log_uniform_values, min: 0.0001, max: 0.01}
run_cap: 20
`;

describe('without a platform', WITHIN, () => {
  const dataDir = temporaryFolder('alone');
  const run = (args: readonly string[], more: Partial<AdtParams> = {}) =>
    adt({ dataDir, args: ['sweep', ...args], ...more });

  it('presets are listed and filled in, and a plan is checked and listed here, without hours', async () => {
    expect((await run(['presets'])).stdout).toMatch(/^paper-table-3 +CE, T-CE and R-CE over the grid/m);
    const { stdout: spec } = await run(['preset', ...QUICK.slice(1)]);
    expect(spec).toContain('name: quick\nmethod: grid\n');

    const planned = await run(['plan', '-'], { input: spec });
    expect(planned.code).toBe(0);
    expect(planned.stderr).toContain('no platform is running in');
    expect(planned.stderr).toContain('hours are unknown');
    expect(planned.stdout).toContain('9 configurations, 36 runs, 3 strata\n');
    expect(planned.stdout).not.toContain('slot-');
    expect(planned.stdout).toMatch(/^ *1 +CE +– +– +–$/m);

    const refused = await run(['plan', '--preset', 'quick', '--dataset', 'nobody', '--model', 'GMF']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^adt: parameters\.dataset.*"nobody" is not a stored data set/m);
  });

  it('a W&B file becomes a sweep file with an account of its keys, or nothing with exit code 2', async () => {
    const out = join(temporaryFolder('import'), 'ours.yaml');
    const imported = await run(['import-wandb', '-', '--dataset', 'synthetic', '-o', out], { input: WANDB });
    expect(imported).toMatchObject({ code: 0, stdout: '' });
    expect(imported.stderr).toMatch(/^translated {2}method: /m);
    expect(readFileSync(out, 'utf8')).toContain('method: tpe');
    const again = await run(['import-wandb', '-', '-o', out, '--dataset', 'x'], { input: WANDB });
    expect(again.stderr).toContain(`--output: ${out} exists already`);

    const planned = await run(['plan', out]);
    expect(planned.stdout).toContain('to be suggested from their results');

    const bad = WANDB.replace('lr: {distribution: log_uniform_values', 'lr: {distribution: normal');
    const refused = await run(['import-wandb', '-', '--dataset', 'synthetic'], { input: bad });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^adt: parameters\.lr.*normal/m);
  });
});

describe('on a platform', WITHIN, () => {
  it('a preset is planned, run and followed, and the next plan knows how long it takes', async () => {
    const { dataDir, grpc, token } = await startPlatform({ workers: 1, slots: 2 });
    const file = { pid: process.pid, grpc, token, dashboard: null, loginKey: 'x' };
    writeFileSync(join(dataDir, 'run.json'), JSON.stringify(file), { mode: 0o600 });
    const run = (args: readonly string[]) => adt({ dataDir, args: ['sweep', ...args] });

    const first = await run(['submit', ...SHORT, '--watch']);
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('(quick): 9 configurations, 36 runs, 3 strata\n');
    expect(first.stdout).toContain('time unknown for 36 trainings (no measurements yet: no training of GMF');
    expect(first.stderr).toMatch(/, about \S+ (s|min) left \(p90 \S+\), \S+ of \S+ slot-(seconds|minutes)$/m);
    expect(first.stdout).toContain('36 of 36 done');

    const planned = await run(['plan', ...SHORT]);
    expect(planned.stdout).toMatch(/^about \S+ (s|min) on 2 slots \(p90 \S+\), \S+ slot-(seconds|minutes) /m);
    expect(planned.stdout).toMatch(/^done about \d{4}-\d\d-\d\d \d\d:\d\d \(p90 /m);
    const { stdout } = await adt({ dataDir, args: ['--json', 'sweep', 'plan', ...SHORT] });
    const { forecast, listing } = JSON.parse(stdout) as SweepPlan;
    expect(forecast?.unknownTrials).toBe(0);
    expect(forecast?.basis.join()).toContain('measured trainings of the same shape on this data set');
    expect(listing?.rows).toHaveLength(9);

    const shown = await run(['show', '1']);
    expect(shown.stdout).not.toContain(' left ');
  });
});
