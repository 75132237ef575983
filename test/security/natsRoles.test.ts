/** A real nats-server on the generated configuration: what a worker's credentials open, and what they do not. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNats } from '@adt/deploy/local/natsBinary';
import { startWorker } from '@adt/deploy/local/platformProcesses';
import { startProcess } from '@adt/deploy/local/runningProcess';
import { AccessServiceClient } from '@adt/proto/gen/adt/v1/access';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import {
  coordinatorLogin,
  type NatsLogin,
  natsConnectOptions,
  tokenLogin,
  workerLogin,
} from '@adt/proto/natsLogin';
import { DATASET_BUCKET, poolConsumer, TRIAL_STREAM } from '@adt/proto/subjects';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, type TestCoordinator, testCoordinator } from '../contract/coordinator.js';
import { makeTestCertificates } from '../harness/certificates.js';
import { atEnd } from '../harness/cleanup.js';
import { stablePort } from '../harness/ports.js';
import { ProcessLog } from '../harness/processLog.js';
import { temporaryFolder } from '../harness/temporary.js';

const SCRIPT = fileURLToPath(new URL('../../deploy/cluster/makeNatsConfig.mjs', import.meta.url));
const CHECKPOINT_BUCKET = 'adt-checkpoints';

const certificates = makeTestCertificates();
const folder = join(temporaryFolder('nats-roles'), 'conf');
let url: string;
let secrets: Record<string, string>;
let c: TestCoordinator;
let ours: NatsConnection;
let w1: NatsConnection;

function configure(...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [SCRIPT, '--out', folder, ...args], { encoding: 'utf8' });
}

function secret(name: string): string {
  const value = secrets[name];
  if (value === undefined) throw new Error(`${name} is not in coordinator.env`);
  return value;
}

async function open(login: NatsLogin, certificate = 'worker-w1'): Promise<NatsConnection> {
  const options = natsConnectOptions(login, [url], certificates.tls(certificate));
  const connection = await connect({ servers: url, ...options, reconnect: false, timeout: 5_000 });
  atEnd(() => connection.close());
  return connection;
}

beforeAll(async () => {
  const port = await stablePort();
  const common = [
    '--listen',
    `127.0.0.1:${port}`,
    '--tls',
    certificates.folder,
    '--store',
    temporaryFolder('jetstream'),
  ];
  expect(configure(...common, '--worker', 'w1:default', '--worker', 'w2:gpu')).toMatchObject({
    status: 0,
    stderr: '',
  });
  const lines = readFileSync(join(folder, 'coordinator.env'), 'utf8').trim().split('\n');
  secrets = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const log = new ProcessLog();
  const { path } = await findNats({ log: () => {} });
  const server = await startProcess({
    name: 'nats',
    command: path,
    args: ['--config', join(folder, 'nats.conf')],
    parentWatch: 'shell',
    stopSignal: 'SIGTERM',
    onLine: log.from('nats'),
    isReady: (line) => (line.includes('Server is ready') ? true : undefined),
  });
  atEnd(() => server.stop());
  url = `tls://127.0.0.1:${port}`;
  const natsLogin = coordinatorLogin(secret('ADT_NATS_USER'), secret('ADT_NATS_PASSWORD'));
  c = await testCoordinator({
    natsUrl: url,
    natsLogin,
    natsWorkerSecret: secret('ADT_NATS_WORKER_SECRET'),
    tls: certificates.tls('coordinator'),
  });
  const worker = { workerId: 'worker-00000001', host: 'h', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
  for (const pool of ['default', 'gpu']) await ask(c, c.trials, 'register', { ...worker, pool });
  ours = await open(natsLogin, 'coordinator');
  const objm = new Objm(ours);
  const datasets = await objm.create(DATASET_BUCKET);
  await datasets.putBlob({ name: 'bundle' }, new Uint8Array(300_000).fill(7));
  await objm.create(CHECKPOINT_BUCKET);
  w1 = await open(workerLogin(secret('ADT_NATS_WORKER_SECRET'), 'w1'));
}, 60_000);

describe('the generated files', () => {
  it('are 0600, and keep their secrets when they are made anew', () => {
    const before = readFileSync(join(folder, 'coordinator.env'), 'utf8');
    expect(configure('--worker', 'w1', '--worker', 'w3').status).toBe(0);
    expect(readFileSync(join(folder, 'coordinator.env'), 'utf8')).toBe(before);
    expect(readFileSync(join(folder, 'nats.conf'), 'utf8')).toContain('"worker-w3"');
    for (const file of ['coordinator.env', 'nats.conf'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it('are not made for a name that is none', () => {
    expect(configure('--worker', 'a"b')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('must be NAME'),
    });
  });
});

describe('a worker’s credentials', () => {
  it('pull and ack hints of its pool', async () => {
    await jetstream(ours).publish('adt.trial.default.1', '');
    const consumer = await jetstream(w1).consumers.get(TRIAL_STREAM, poolConsumer('default'));
    const hint = await consumer.next({ expires: 5_000 });
    expect(hint?.subject).toBe('adt.trial.default.1');
    expect(await hint?.ackAck()).toBe(true);
  });

  it('read data sets', async () => {
    const bucket = await new Objm(jetstream(w1)).open(DATASET_BUCKET);
    expect((await bucket.getBlob('bundle'))?.length).toBe(300_000);
  });

  it('read, write and replace checkpoints', async () => {
    const bucket = await new Objm(jetstream(w1)).open(CHECKPOINT_BUCKET);
    for (const fill of [1, 2]) {
      await bucket.putBlob({ name: 'trial-1' }, new Uint8Array(200_000).fill(fill));
      expect((await bucket.getBlob('trial-1'))?.[0]).toBe(fill);
    }
  });

  it('publish no hints', async () => {
    await expect(jetstream(w1).publish('adt.trial.default.2', '')).rejects.toThrow(/permission/i);
    await expect(w1.request('adt.change', '', { timeout: 5_000 })).rejects.toThrow(/permission/i);
    const stream = await (await jetstreamManager(ours)).streams.info(TRIAL_STREAM);
    expect(stream.state.messages).toBe(0);
  });

  it.each([
    `$JS.API.STREAM.DELETE.${TRIAL_STREAM}`,
    `$JS.API.STREAM.PURGE.${TRIAL_STREAM}`,
    `$JS.API.STREAM.UPDATE.${TRIAL_STREAM}`,
    `$JS.API.STREAM.MSG.DELETE.${TRIAL_STREAM}`,
    `$JS.API.STREAM.DELETE.OBJ_${DATASET_BUCKET}`,
    `$JS.API.STREAM.PURGE.OBJ_${DATASET_BUCKET}`,
    `$JS.API.STREAM.DELETE.OBJ_${CHECKPOINT_BUCKET}`,
    `$JS.API.CONSUMER.DELETE.${TRIAL_STREAM}.${poolConsumer('default')}`,
    `$JS.API.CONSUMER.CREATE.${TRIAL_STREAM}`,
    `$JS.API.CONSUMER.MSG.NEXT.${TRIAL_STREAM}.${poolConsumer('gpu')}`,
    `$JS.ACK.${TRIAL_STREAM}.${poolConsumer('gpu')}.1.1.1.1.1`,
    `$O.${DATASET_BUCKET}.C.x`,
    '$SYS.REQ.SERVER.PING',
    '_INBOX_worker_w2.x',
  ])('may not say %s', async (subject) => {
    await expect(w1.request(subject, '{}', { timeout: 5_000 })).rejects.toThrow(/permission/i);
  });

  it.each(['_INBOX_worker_w2.>', '_INBOX_coordinator.>', '_INBOX.>', 'adt.>', '$JS.API.>', '>'])(
    'may not listen to %s',
    async (subject) => {
      const listened = w1.subscribe(subject);
      const heard = (async () => {
        for await (const _ of listened) throw new Error('heard something');
      })();
      await expect(heard).rejects.toThrow(/permission/i);
    },
  );

  it('are its own: not another worker’s, not none', async () => {
    const mine = workerLogin(secret('ADT_NATS_WORKER_SECRET'), 'w1');
    for (const login of [{ ...mine, user: 'worker-w2' }, { ...mine, user: 'coordinator' }, tokenLogin('')])
      await expect(open(login)).rejects.toThrow(/authorization/i);
  });

  it('come with the registration of a real worker, which pulls by them', async () => {
    const access = new AccessServiceClient(c.grpcAddress, channelCredentials(certificates.tls('dashboard')));
    atEnd(() => access.close());
    const request = { name: 'w1', pool: 'default', lifetimeMs: undefined };
    const { token } = await ask(c, access, 'createWorkerToken', request);
    const log = new ProcessLog();
    const hinted = log.next(/hints come by NATS/);
    const worker = await startWorker({
      token,
      coordinator: c.grpcAddress,
      dataDir: temporaryFolder('nats-worker'),
      slots: 1,
      threadsPerSlot: 1,
      env: certificates.env('worker-w1'),
      onLine: log.from('worker'),
    });
    atEnd(() => worker.stop());
    await hinted;
    const written = [...log.lines, ...c.logged].join('\n');
    for (const value of [token, c.token, ...Object.values(secrets).filter((text) => text.length > 30)])
      expect(written).not.toContain(value);
    expect(written).not.toContain(workerLogin(secret('ADT_NATS_WORKER_SECRET'), 'w1').password);
  });
});
