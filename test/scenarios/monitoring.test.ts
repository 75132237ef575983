/** The files that watch a platform, against the platform: every number they ask for is one that it tells. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { adt } from '../harness/adtCommand.js';
import { type Platform, startPlatform } from '../harness/platform.js';
import { stablePort } from '../harness/ports.js';

const QUICK = `
name: quick
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE]}
training: {epochs: 1, eval_every: 50}
seeds: {search: [1, 2]}
`;

const file = (path: string) => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

let platform: Platform;
let coordinator: string;
let worker: string;

beforeAll(async () => {
  coordinator = `127.0.0.1:${await stablePort()}`;
  worker = `127.0.0.1:${await stablePort()}`;
  platform = await startPlatform({
    workers: 1,
    slots: 2,
    coordinatorEnv: { ADT_METRICS_LISTEN: coordinator },
    workerEnv: { ADT_METRICS_LISTEN: worker },
  });
  const env = { ADT_COORDINATOR: platform.grpc, ADT_TOKEN: platform.token };
  const args = ['sweep', 'submit', '-', '--watch'];
  expect(await adt({ dataDir: platform.dataDir, args, env, input: QUICK })).toMatchObject({ code: 0 });
}, 120_000);

async function get(address: string, path: string): Promise<string> {
  return (await fetch(`http://${address}${path}`)).text();
}

async function exposed(): Promise<Set<string>> {
  const texts = [await get(coordinator, '/metrics'), await get(worker, '/metrics')];
  return new Set(texts.flatMap((text) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)));
}

/** Names of metrics in a PromQL expression, without what a histogram appends. */
function namesIn(expression: string): string[] {
  return (expression.match(/\badt_[a-z_]+/g) ?? []).map((name) => name.replace(/_(bucket|sum|count)$/, ''));
}

describe('what watches the platform', () => {
  it('finds every number of the Grafana dashboard, and the dashboard shows every number', async () => {
    const dashboard = JSON.parse(file('grafana/adt-search.json')) as {
      title: string;
      panels: { id: number; title: string; targets: { expr: string }[] }[];
    };
    const { panels } = dashboard;
    const names = await exposed();
    const asked = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr))));
    expect([...asked].filter((name) => !names.has(name))).toEqual([]);
    expect([...names].filter((name) => !asked.has(name))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets } of panels) expect(targets.length).toBeGreaterThan(0);
  });

  it('finds every number of the alerts, each of which says what it means', async () => {
    const { groups } = parse(file('prometheus/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    const names = await exposed();
    for (const { expr, annotations } of rules) {
      expect(namesIn(expr).length).toBeGreaterThan(0);
      for (const name of namesIn(expr)) expect(names).toContain(name);
      expect(annotations.summary).not.toBe('');
    }
    expect(rules.length).toBeGreaterThan(5);
  });

  it('scrapes the ports that processes open by themselves', () => {
    const { scrape_configs: jobs, rule_files: rules } = parse(file('prometheus/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[];
      rule_files: string[];
    };
    const targets = jobs.flatMap((job) => job.static_configs.flatMap((config) => config.targets));
    expect(targets).toEqual(['127.0.0.1:7072', '127.0.0.1:7073']);
    expect(rules).toEqual(['alerts.yml']);
  });

  it('sees what the worker did, and that it is ready', async () => {
    expect(await get(worker, '/readyz')).toBe('ready\n');
    const text = await get(worker, '/metrics');
    expect(text).toContain('adt_worker_trials_total{outcome="SUCCEEDED"} 2');
    expect(text).toContain('adt_worker_slots 2');
    expect(text).toContain('adt_worker_slots_busy 0');
    expect(text).toContain('adt_worker_registered 1');
    const [, points] = text.match(/^adt_worker_points_total (\d+)$/m) ?? [];
    expect(Number(points)).toBeGreaterThan(0);
    // What the worker made is what the coordinator stored.
    expect(await get(coordinator, '/metrics')).toContain(`adt_ingest_points_total ${points}`);
  });

  it('finds sweep, trial and epoch on the log lines of an attempt', () => {
    const lines = platform.log.lines.filter((line) => /trial (claimed|completed)/.test(line));
    expect(lines.length).toBe(4);
    for (const line of lines) {
      const fields = JSON.parse(line.slice(line.indexOf('{')));
      expect(fields).toMatchObject({ sweepId: 1, trialId: expect.any(Number), epoch: 1 });
    }
  });
});
