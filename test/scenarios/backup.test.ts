/** `adt backup`, `adt restore` and `adt sweep delete` on real platforms: the same rows, the same answers, or nothing at all. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Manifest } from '@adt/coordinator/backup/manifest';
import type { SweepRemoval, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AdtResult, adt } from '../harness/adtCommand.js';
import { startTestNats } from '../harness/nats.js';
import { type Platform, startPlatform } from '../harness/platform.js';
import { createDatabase } from '../harness/postgres.js';
import { temporaryFolder } from '../harness/temporary.js';

/** A search with a log of its own, some seconds long. */
const SEARCHED = `
name: searched
method: tpe
parameters:
  dataset: {value: synthetic}
  loss: {value: CE}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 1, eval_every: 50}
seeds: {search: [1]}
budget: {max_trials_per_stratum: 4}
`;

const ENDLESS = `
name: endless
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {value: CE}
training: {epochs: 10000, eval_every: 50}
seeds: {search: [1]}
`;

const SHORT_LEASES = {
  ADT_HEARTBEAT_MS: '300',
  ADT_LEASE_TTL_MS: '3000',
  ADT_REAP_EVERY_MS: '200',
  ADT_LEADER_TTL_MS: '1000',
  ADT_LEADER_RENEW_MS: '300',
};

const WITHIN = { timeout: 180_000 };

let source: Platform;
let folder: string;
let written: AdtResult;
/** What the platform answered before. */
let shown: string;
let searchedId: string;

beforeAll(async () => {
  source = await startPlatform({ workers: 1, slots: 2, coordinatorEnv: SHORT_LEASES });
  const searched = await on(source, ['--json', 'sweep', 'submit', '-', '--watch'], SEARCHED);
  searchedId = String((JSON.parse(searched.stdout) as { summary: SweepSummary }).summary.sweepId);
  shown = (await on(source, ['--json', 'sweep', 'show', searchedId])).stdout;
  const claimed = source.log.next(/trial claimed/);
  await on(source, ['sweep', 'submit', '-'], ENDLESS);
  await claimed;
  folder = join(temporaryFolder('backup'), 'b1');
  written = await on(source, ['--json', 'backup', folder]);
}, 180_000);

/** One command as somebody who may read the stores themselves. */
function on(platform: Platform, args: readonly string[], input?: string): Promise<AdtResult> {
  const env = {
    ADT_COORDINATOR: platform.grpc,
    ADT_TOKEN: platform.token,
    DATABASE_URL: platform.databaseUrl,
    NATS_URL: platform.nats?.url ?? '',
    ADT_NATS_TOKEN: platform.nats?.token ?? '',
  };
  return adt({ dataDir: platform.dataDir, args, env, input });
}

/** Each table's rows as one hash. @param but rows that the moment changes */
async function contents(url: string, manifest: Manifest): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found: Record<string, string> = {};
    for (const { name, columns } of manifest.tables) {
      const { rows } = await client.query(
        `SELECT md5(coalesce(string_agg(line, E'\n' ORDER BY line), '')) AS hash
         FROM (SELECT (${columns.map((column) => `"${column}"`).join(', ')})::text AS line FROM "${name}") AS l`,
      );
      found[name] = rows[0].hash;
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The points of the finished sweep, as one hash. */
async function pointsOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT count(*) || md5(string_agg(p::text, '' ORDER BY p.trial_id, p.epoch, p.seq)) AS hash
       FROM metric_point p JOIN trial t ON t.id = p.trial_id WHERE t.sweep_id = $1`,
      [searchedId],
    );
    return rows[0].hash;
  } finally {
    await client.end();
  }
}

/** The rows in the files of a backup, hashed in the same way by a database that holds nothing else. */
async function restoredInto(manifest: Manifest): Promise<{ url: string; hashes: Record<string, string> }> {
  const url = await createDatabase();
  const nats = await startTestNats();
  const { code, stderr } = await adt({
    dataDir: temporaryFolder('none'),
    args: ['restore', folder],
    env: { DATABASE_URL: url, NATS_URL: nats.url, ADT_NATS_TOKEN: nats.token },
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { url, hashes: await contents(url, manifest) };
}

const manifestOf = (path: string) =>
  JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Manifest;

/** A backup of which one file was changed. @param honest the manifest speaks of the change */
function changed(file: string, change: (bytes: Buffer) => Buffer, honest: boolean): string {
  const copy = join(temporaryFolder('changed'), 'b');
  cpSync(folder, copy, { recursive: true });
  const bytes = change(readFileSync(join(copy, file)));
  writeFileSync(join(copy, file), bytes);
  if (honest) {
    const manifest = manifestOf(copy);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    for (const part of [...manifest.tables, ...(manifest.objects ?? [])])
      if (part.file === file) Object.assign(part, { bytes: bytes.length, sha256 });
    writeFileSync(join(copy, 'manifest.json'), JSON.stringify(manifest));
  }
  return copy;
}

describe('adt backup', WITHIN, () => {
  it('writes every part with its size and hash, readable by its owner alone, while a sweep runs', () => {
    expect(written).toMatchObject({ code: 0, stderr: '' });
    const manifest = manifestOf(folder);
    expect(manifest).toEqual(JSON.parse(written.stdout));
    const rows = Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows]));
    expect(rows).toMatchObject({ dataset: 1, sweep: 2, trial: 5 });
    expect(rows.metric_point).toBeGreaterThan(10);
    expect(rows.search_entry).toBeGreaterThan(4);
    expect(manifest.objects?.map(({ bucket }) => bucket)).toContain('adt-datasets');
    for (const { file, bytes, sha256 } of [...manifest.tables, ...(manifest.objects ?? [])]) {
      const content = readFileSync(join(folder, file));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    }
  });

  it('is refused where something is, and leaves nothing where it fails', async () => {
    expect(await on(source, ['backup', folder])).toMatchObject({
      code: 2,
      stderr: `adt: ${folder}: exists already\n`,
    });
    const parent = temporaryFolder('failed');
    const env = { DATABASE_URL: source.databaseUrl, NATS_URL: 'nats://127.0.0.1:1' };
    const failed = await adt({ dataDir: parent, args: ['backup', join(parent, 'b')], env });
    expect(failed).toMatchObject({ code: 2, stderr: 'adt: NATS does not answer: is it running?\n' });
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('adt restore', WITHIN, () => {
  it('brings back the same rows, and the same answers of the platform', async () => {
    const manifest = manifestOf(folder);
    const first = await restoredInto(manifest);
    // The finished sweep has not changed since: the source still says the same of it.
    const still = await contents(source.databaseUrl, manifest);
    for (const table of ['dataset', 'search_entry', 'metric']) expect(first.hashes[table]).toBe(still[table]);
    expect(await pointsOf(first.url)).toBe(await pointsOf(source.databaseUrl));
    const second = await restoredInto(manifest);
    expect(second.hashes).toEqual(first.hashes);

    const target = await startPlatform({ workers: 0, coordinatorEnv: SHORT_LEASES });
    const { code, stderr } = await on(target, ['restore', folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await on(target, ['--json', 'sweep', 'show', searchedId])).stdout).toBe(shown);
    const replayed = JSON.parse((await on(target, ['--json', 'sweep', 'replay', searchedId])).stdout);
    expect(replayed).toMatchObject({ identical: true, trials: 4 });

    // What ran is queued again when its lease is over, and a worker of the new installation trains it on the bundle
    // that came with the backup.
    const points =
      "SELECT count(*)::int AS count FROM metric_point p JOIN trial t ON t.id = p.trial_id AND p.epoch = t.epoch WHERE t.state = 'RUNNING'";
    const claimed = target.log.next(/trial claimed/);
    await target.startWorker({ ADT_DATA_DIR: temporaryFolder('other-worker') });
    await claimed;
    const client = new pg.Client({ connectionString: target.databaseUrl });
    await client.connect();
    try {
      await expect
        .poll(async () => (await client.query(points)).rows[0].count, { timeout: 60_000 })
        .toBeGreaterThan(0);
    } finally {
      await client.end();
    }

    // New sweeps go on after the old ones' numbers.
    const next = await on(target, ['--json', 'sweep', 'submit', '-'], ENDLESS.replace('endless', 'next'));
    expect(JSON.parse(next.stdout)).toMatchObject({ sweepId: Number(searchedId) + 2 });
    expect(await on(target, ['restore', folder])).toMatchObject({ code: 2 });

    const asked = await on(target, ['sweep', 'delete', searchedId]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(
      /^adt: sweep \d+ \(searched\): 4 trials, \d+ points, about [\d.]+ \w+ would be gone for good; --yes/,
    );
    const running = await on(target, ['sweep', 'delete', String(Number(searchedId) + 1), '--yes']);
    expect(running).toMatchObject({ code: 2, stderr: expect.stringContaining('has not ended') });
    const gone = await on(target, ['--json', 'sweep', 'delete', searchedId, '--yes']);
    expect(JSON.parse(gone.stdout) as SweepRemoval).toMatchObject({ trials: 4, deleted: true });
    expect(await on(target, ['sweep', 'show', searchedId])).toMatchObject({ code: 2 });
  });

  it('refuses a damaged backup before it touches anything', async () => {
    const url = await createDatabase();
    const nats = await startTestNats();
    const env = { DATABASE_URL: url, NATS_URL: nats.url, ADT_NATS_TOKEN: nats.token };
    const restoring = (path: string, more = env) =>
      adt({ dataDir: temporaryFolder('none'), args: ['restore', path], env: more });
    const flip = (bytes: Buffer) => {
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      return bytes;
    };
    const flipped = await restoring(changed('tables/metric_point.copy.gz', flip, false));
    expect(flipped.stderr).toBe('adt: tables/metric_point.copy.gz: is damaged, its SHA-256 is another\n');
    const cut = await restoring(changed('objects/1', (bytes) => bytes.subarray(0, 100), false));
    expect(cut.stderr).toMatch(/^adt: objects\/1: has 100 bytes, \d+ were written\n$/);
    const bare = await restoring(folder, { ...env, NATS_URL: '' });
    expect(bare.stderr).toContain('there is no NATS to put them');
    const none = await restoring(temporaryFolder('empty'));
    expect(none.stderr).toContain('no backup here');
    expect([flipped, cut, bare, none].map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    const hashes = await contents(url, manifestOf(folder));
    expect(new Set(Object.values(hashes))).toEqual(new Set([createHash('md5').update('').digest('hex')]));
  });

  it('leaves nothing behind when the database refuses a row in the middle', async () => {
    const url = await createDatabase();
    const nats = await startTestNats();
    const empty = await contents(url, manifestOf(folder));
    // The trial of an attempt that is nobody's.
    const orphan = (bytes: Buffer) => gzipSync(gunzipSync(bytes).toString('utf8').replace(/^\d+/, '987654'));
    const { code, stderr } = await adt({
      dataDir: temporaryFolder('none'),
      args: ['restore', changed('tables/attempt.copy.gz', orphan, true)],
      env: { DATABASE_URL: url, NATS_URL: nats.url, ADT_NATS_TOKEN: nats.token },
    });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('attempt_trial_id_fkey'),
    });
    expect(await contents(url, manifestOf(folder))).toEqual(empty);
    expect(existsSync(folder)).toBe(true);
  });

  it('replaces what is there only when told to', async () => {
    const manifest = manifestOf(folder);
    const { url, hashes } = await restoredInto(manifest);
    const nats = await startTestNats();
    const env = { DATABASE_URL: url, NATS_URL: nats.url, ADT_NATS_TOKEN: nats.token };
    const args = ['restore', folder];
    const refused = await adt({ dataDir: temporaryFolder('none'), args, env });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') });
    const replaced = await adt({ dataDir: temporaryFolder('none'), args: [...args, '--replace'], env });
    expect(replaced).toMatchObject({ code: 0, stderr: '' });
    expect(await contents(url, manifest)).toEqual(hashes);
  });
});
