/** SearchService as the dashboard and the command line see it: sweeps, pages, curves, uploads, refusals. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { quickStartSweep } from '@adt/coordinator/search/presets/quickStart';
import type { Dataset, UploadDatasetRequest } from '@adt/proto/gen/adt/v1/search';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { DATASET_BUCKET } from '@adt/proto/subjects';
import { decodeBundle } from '@adt/worker/data/decodeBundle';
import { generateSynthetic } from '@adt/worker/data/synthetic';
import type { ClientWritableStream } from '@grpc/grpc-js';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import {
  ask,
  bearer,
  type Refused,
  refusalOf,
  refused,
  type TestCoordinator,
  testCoordinator,
} from './coordinator.js';
import { addSweep } from './trials.js';

const BUNDLE = generateSynthetic();
const HEAD = { name: 'synthetic', sha256: sha256(BUNDLE), bytes: BUNDLE.byteLength, replace: false };
const SPEC = quickStartSweep('synthetic');

let c: TestCoordinator;
let bucket: Awaited<ReturnType<Objm['open']>>;

beforeAll(async () => {
  const nats = await startTestNats();
  c = await testCoordinator({ nats });
  await upload(HEAD, BUNDLE);
  const connection = await connect({ servers: nats.url, token: nats.token });
  atEnd(() => connection.close());
  bucket = await new Objm(connection).open(DATASET_BUCKET);
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws Refused */
function upload(head: typeof HEAD | null, bytes: Uint8Array, coordinator = c): Promise<Dataset> {
  return new Promise((resolve, reject) => {
    const call = coordinator.search.uploadDataset(bearer(coordinator.token), (error, dataset) => {
      if (error) reject(refused(error));
      else resolve(dataset);
    });
    // The server may refuse before everything is written; the callback says so.
    call.on('error', () => {});
    const say = (message: Partial<UploadDatasetRequest>) =>
      call.write({ head: undefined, chunk: undefined, ...message });
    if (head) say({ head });
    for (let at = 0; at < bytes.length; at += 200_000) {
      say({ chunk: Buffer.from(bytes.subarray(at, at + 200_000)) });
    }
    call.end();
  });
}

function yaml(spec: string, more: { idempotencyKey?: string } = {}) {
  return { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: 'me', ...more };
}

describe('uploading a data set', () => {
  it('is asked for again, by `missing`, when the object store has lost the content, and heals it', async () => {
    const missing = async () =>
      (await ask(c, c.search, 'listDatasets', {})).datasets.map((dataset) => dataset.missing);
    expect(await missing()).toEqual([false]);
    await bucket.delete(HEAD.sha256);
    expect(await missing()).toEqual([true]);
    expect((await upload(HEAD, BUNDLE)).missing).toBe(false);
    expect(await missing()).toEqual([false]);
  });

  it('stores the bundle under its hash, byte by byte, and lists what its header says', async () => {
    const stored = await bucket.getBlob(HEAD.sha256);
    expect(stored && sha256(stored)).toBe(HEAD.sha256);
    const { header } = decodeBundle(BUNDLE);
    const { datasets } = await ask(c, c.search, 'listDatasets', {});
    expect(datasets).toMatchObject([
      {
        name: 'synthetic',
        sha256: HEAD.sha256,
        bytes: BUNDLE.byteLength,
        users: header.users,
        items: header.items,
        train: { interactions: header.parts.train.interactions },
        fpRule: header.fpRule,
      },
    ]);
  });

  it('is idempotent, gives one content two names, and moves a name only when told to', async () => {
    await upload(HEAD, BUNDLE);
    await upload({ ...HEAD, name: 'twin' }, BUNDLE);
    expect((await bucket.list()).filter((object) => !object.deleted).length).toBe(1);
    const other = variantOf(BUNDLE);
    const moved = { name: 'twin', sha256: sha256(other), bytes: other.byteLength, replace: false };
    expect(await refusalOf(upload(moved, other))).toMatchObject({
      status: 'ALREADY_EXISTS',
      reason: 'NAME_TAKEN',
    });
    expect(await bucket.info(moved.sha256)).toBeNull();
    await upload({ ...moved, replace: true }, other);
    const { datasets } = await ask(c, c.search, 'listDatasets', {});
    expect(datasets.find(({ name }) => name === 'twin')?.sha256).toBe(moved.sha256);
  });

  it('is refused whole, with the reason, and nothing is left behind', async () => {
    const bad = (change: Partial<typeof HEAD>) => ({ ...HEAD, name: 'bad', ...change });
    const text = Buffer.from('user,item\n1,2\n'.repeat(100));
    const cases: [typeof HEAD | null, Uint8Array, string][] = [
      [null, BUNDLE, 'head: must be the first message'],
      [bad({ name: '../etc' }), BUNDLE, 'head.name: '],
      [bad({ sha256: 'f'.repeat(64) }), BUNDLE, 'head.sha256: what arrived has '],
      [bad({ bytes: BUNDLE.byteLength + 1 }), BUNDLE, 'head.bytes: '],
      [bad({ bytes: BUNDLE.byteLength - 1 }), BUNDLE, 'chunk: more than the announced'],
      [bad({ bytes: 2 ** 40 }), new Uint8Array(0), `head.bytes: ${2 ** 40} is too large`],
      [bad({ sha256: sha256(text), bytes: text.length }), text, 'chunk: '],
    ];
    const objects = (await bucket.list()).length;
    for (const [head, bytes, message] of cases) {
      const refusal = await refusalOf(upload(head, bytes));
      expect(refusal.message.slice(0, message.length)).toBe(message);
    }
    expect((await bucket.list()).length).toBe(objects);
    expect(await c.db.prisma.dataset.count({ where: { name: 'bad' } })).toBe(0);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`adt-upload-${process.pid}-`))).toEqual([]);
  });

  it('is refused while four others are under way, and taken when one of them has ended', async () => {
    const calls = Array.from({ length: 5 }, () => {
      let call!: ClientWritableStream<UploadDatasetRequest>;
      const settled = new Promise<{ error: Refused | null; call: typeof call }>((resolve) => {
        call = c.search.uploadDataset(bearer(c.token), (error) =>
          resolve({ error: error ? refused(error) : null, call }),
        );
        call.on('error', () => {});
      });
      call.write({ head: HEAD, chunk: undefined });
      return { call, settled };
    });
    const first = await Promise.race(calls.map(({ settled }) => settled));
    expect(first.error).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'BUSY' });
    const rest = calls.filter(({ call }) => call !== first.call);
    rest[0]?.call.end();
    expect((await rest[0]?.settled)?.error?.message).toContain('0 arrived');
    expect((await upload(HEAD, BUNDLE)).name).toBe('synthetic');
    for (const { call } of rest) call.cancel();
    await Promise.all(rest.map(({ settled }) => settled));
  });

  it('says that NATS is away when it is', async () => {
    const alone = await testCoordinator();
    const refusal = await refusalOf(upload(HEAD, BUNDLE, alone));
    expect(refusal).toMatchObject({ status: 'UNAVAILABLE', reason: 'NATS_UNAVAILABLE' });
  });
});

describe('a sweep', () => {
  it('is planned without writing, and submitted as planned', async () => {
    const before = await c.db.prisma.sweep.count();
    const plan = await ask(c, c.search, 'planSweep', yaml(SPEC));
    expect(plan.violations).toEqual([]);
    expect(await c.db.prisma.sweep.count()).toBe(before);
    const sweep = await ask(c, c.search, 'submitSweep', yaml(SPEC));
    expect(sweep).toMatchObject({
      state: 'SWEEP_STATE_RUNNING',
      owner: 'me',
      datasets: ['synthetic'],
      losses: ['CE', 'T-CE', 'R-CE'],
      counts: { queued: plan.runs },
    });
    const { trials } = await ask(c, c.search, 'listTrials', {
      sweepId: sweep.sweepId,
      limit: 0,
      cursor: '',
      order: '',
    });
    expect(trials.length).toBe(plan.runs);
    expect(trials.every(({ config }) => config?.datasetSha256 === HEAD.sha256)).toBe(true);
    const whole = await ask(c, c.search, 'getSweep', { sweepId: sweep.sweepId });
    expect([whole.spec, whole.format]).toEqual([SPEC, SpecFormat.YAML]);
  });

  it('is the same under the same key, even when the data set has changed, and refused for another spec', async () => {
    const first = await ask(c, c.search, 'submitSweep', yaml(SPEC, { idempotencyKey: 'once' }));
    await c.db.prisma.dataset.update({ where: { name: 'synthetic' }, data: { name: 'renamed' } });
    const second = await ask(c, c.search, 'submitSweep', yaml(SPEC, { idempotencyKey: 'once' }));
    await c.db.prisma.dataset.update({ where: { name: 'renamed' }, data: { name: 'synthetic' } });
    expect(second.sweepId).toBe(first.sweepId);
    const other = ask(c, c.search, 'submitSweep', yaml(`${SPEC}\n# other`, { idempotencyKey: 'once' }));
    expect(await refusalOf(other)).toMatchObject({ status: 'ALREADY_EXISTS' });
  });

  it('is refused with a path a mistake, and nothing of it is written', async () => {
    const before = await c.db.prisma.sweep.count();
    const spec = SPEC.replace('synthetic', 'sinthetic');
    const refusal = await refusalOf(ask(c, c.search, 'submitSweep', yaml(spec)));
    expect(refusal).toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'UNKNOWN_DATASET' });
    expect(refusal.info?.violations[0]).toMatchObject({ path: expect.stringContaining('dataset') });
    expect(refusal.message).toContain('synthetic');
    const plan = await ask(c, c.search, 'planSweep', yaml('name: [unclosed'));
    expect(plan).toMatchObject({ reason: 'PARSE_ERROR', runs: 0 });
    const huge = ask(c, c.search, 'submitSweep', yaml(`# ${'x'.repeat(300_000)}`));
    expect(await refusalOf(huge)).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'SWEEP_TOO_LARGE' });
    const formatless = ask(c, c.search, 'planSweep', { spec: SPEC, format: SpecFormat.UNSPECIFIED });
    expect((await refusalOf(formatless)).message).toBe('format: must be given');
    expect(await c.db.prisma.sweep.count()).toBe(before);
  });

  it('that is finished cannot be cancelled, and one that does not exist is not found', async () => {
    const { sweepId } = await addSweep(c.db);
    await c.db.prisma.sweep.update({ where: { id: sweepId }, data: { state: 'FINISHED' } });
    const finished = ask(c, c.search, 'cancelSweep', { sweepId });
    expect(await refusalOf(finished)).toMatchObject({
      status: 'FAILED_PRECONDITION',
      reason: 'ILLEGAL_STATE',
    });
    for (const method of ['cancelSweep', 'getSweep'] as const) {
      expect((await refusalOf(ask(c, c.search, method, { sweepId: 99_999 }))).status).toBe('NOT_FOUND');
    }
    expect((await refusalOf(ask(c, c.search, 'getTrial', { trialId: 99_999 }))).status).toBe('NOT_FOUND');
  });
});

describe('lists', () => {
  it('page through sweeps, newest first, without a repeat', async () => {
    for (let count = 0; count < 5; count++) await addSweep(c.db);
    const ids: number[] = [];
    let cursor = '';
    do {
      const page = await ask(c, c.search, 'listSweeps', { limit: 2, cursor });
      ids.push(...page.sweeps.map(({ sweepId }) => sweepId));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(ids.length).toBe(await c.db.prisma.sweep.count());
  });

  it('refuse a limit, an order or a cursor that is not theirs', async () => {
    const { sweepId } = await addSweep(c.db, { size: 3 });
    const list = { sweepId, limit: 1, cursor: '', order: 'number' };
    const { nextCursor } = await ask(c, c.search, 'listTrials', list);
    const cases = [
      [{ ...list, limit: 1_001 }, 'limit: '],
      [{ ...list, order: 'luck' }, 'order: must be one of best, number, state'],
      [{ ...list, cursor: 'bm9wZQ' }, 'cursor: is not from this list'],
      [{ ...list, order: 'best', cursor: nextCursor }, 'cursor: is of a list ordered by number'],
    ] as const;
    for (const [request, message] of cases) {
      const refusal = await refusalOf(ask(c, c.search, 'listTrials', request));
      expect(refusal).toMatchObject({ status: 'INVALID_ARGUMENT' });
      expect(refusal.message.slice(0, message.length)).toBe(message);
    }
  });

  it('show workers with what they run, and which are lost, and none that left as it said', async () => {
    const about = { host: 'gpu-1', pool: 'default', slots: 2, threadsPerSlot: 4, pid: 7 };
    const engines = [{ name: 'native', version: '1', device: 'cpu (avx2, 4 threads)', slotMemoryBytes: 0 }];
    await ask(c, c.trials, 'register', { workerId: 'worker-0001', ...about, engines });
    await ask(c, c.trials, 'register', { workerId: 'worker-lost', ...about, engines });
    await ask(c, c.trials, 'register', { workerId: 'worker-left', ...about, engines });
    await ask(c, c.trials, 'heartbeat', { workerId: 'worker-left', leases: [], draining: true });
    await c.db.prisma.worker.updateMany({
      where: { id: { in: ['worker-lost', 'worker-left'] } },
      data: { lastSeenAt: new Date(Date.now() - 60_000) },
    });
    const { trialIds } = await addSweep(c.db);
    await ask(c, c.trials, 'claim', { workerId: 'worker-0001', trialId: trialIds[0] as number });
    await ask(c, c.trials, 'heartbeat', { workerId: 'worker-0001', leases: [], draining: true });
    const { workers } = await ask(c, c.search, 'listWorkers', {});
    const byId = new Map(workers.map((worker) => [worker.workerId, worker]));
    expect(byId.get('worker-lost')?.state).toBe('WORKER_STATE_LOST');
    expect(byId.has('worker-left')).toBe(false);
    expect(byId.get('worker-0001')).toMatchObject({
      state: 'WORKER_STATE_DRAINING',
      runningTrialIds: trialIds,
      engines: ['native 1 on cpu (avx2, 4 threads)'],
    });
  });
});

/** Other content with the same header: one flag of the last part flipped. */
function variantOf(bundle: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bundle);
  const { test } = decodeBundle(copy);
  if (!test.truePositive) throw new Error('the synthetic test part has flags');
  test.truePositive[0] = 1 - (test.truePositive[0] ?? 0);
  return copy;
}
