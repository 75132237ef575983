/** TLS between processes: who has no certificate of the CA gets no further than the handshake; open listeners need it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:https';
import { fileURLToPath } from 'node:url';
import { startWorker } from '@adt/deploy/local/platformProcesses';
import { AccessServiceClient } from '@adt/proto/gen/adt/v1/access';
import { TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { newToken } from '@adt/proto/token';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ask, refusalOf, testCoordinator } from '../contract/coordinator.js';
import { adt } from '../harness/adtCommand.js';
import { makeTestCertificates, ownAddress } from '../harness/certificates.js';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';
import { ProcessLog } from '../harness/processLog.js';
import { temporaryFolder } from '../harness/temporary.js';

const MAIN = fileURLToPath(new URL('../../coordinator/dist/main.js', import.meta.url));
const certificates = makeTestCertificates();
const strangers = makeTestCertificates();

function registration(workerId: string) {
  return { workerId, host: 'h', pool: 'default', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
}

/** The coordinator's process. */
async function start(
  env: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; stderr: () => string; exit: Promise<number | null> }> {
  const { DATABASE_URL, NATS_URL, ...rest } = process.env;
  const listen = { ADT_GRPC_LISTEN: '127.0.0.1:0', ADT_LIVE_LISTEN: '127.0.0.1:0' };
  const own = { DATABASE_URL: await createDatabase(), ADT_TOKEN: newToken(), ...listen };
  const child = spawn(process.execPath, [MAIN], { env: { ...rest, ...own, ...env }, stdio: 'pipe' });
  atEnd(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return { child, stderr: () => stderr, exit: once(child, 'close').then(([code]) => code as number | null) };
}

describe('the coordinator with TLS', () => {
  it('answers who shows a certificate of its CA, and nobody else', async () => {
    const c = await testCoordinator({ tls: certificates.tls('coordinator') });
    const register = (channel: ChannelCredentials) => {
      const client = new TrialServiceClient(c.grpcAddress, channel);
      atEnd(() => client.close());
      return ask(c, client, 'register', registration('worker-tls-1'));
    };
    const ca = certificates.tls('worker-w1').ca;
    expect(await register(channelCredentials(certificates.tls('worker-w1')))).toMatchObject({
      heartbeatMs: 5_000,
    });
    const another = strangers.tls('worker-w1');
    for (const [who, channel] of [
      ['plain text', credentials.createInsecure()],
      ['no certificate', credentials.createSsl(ca)],
      ['another CA’s certificate', credentials.createSsl(ca, another.key, another.cert)],
    ] as const)
      expect((await refusalOf(register(channel))).status, who).toMatch(/UNAVAILABLE|INTERNAL/);
  });

  it('is no coordinator for a client whose CA did not sign it', async () => {
    const c = await testCoordinator({ tls: strangers.tls('coordinator') });
    const own = certificates.tls('worker-w1');
    const client = new TrialServiceClient(c.grpcAddress, channelCredentials(own));
    atEnd(() => client.close());
    expect((await refusalOf(ask(c, client, 'register', registration('worker-tls-1')))).status).toBe(
      'UNAVAILABLE',
    );
  });

  it('still wants a token from who has a certificate', async () => {
    const c = await testCoordinator({ tls: certificates.tls('coordinator') });
    const refusal = await refusalOf(
      ask({ token: newToken() }, c.trials, 'register', registration('worker-tls-1')),
    );
    expect(refusal).toMatchObject({ status: 'UNAUTHENTICATED' });
  });

  it('serves a real worker process and the adt command, each with its certificate', async () => {
    const c = await testCoordinator({ tls: certificates.tls('coordinator') });
    const dataDir = temporaryFolder('tls-worker');
    const env = { ADT_COORDINATOR: c.grpcAddress, ADT_TOKEN: c.token, ...certificates.env('dashboard') };
    const made = await adt({ dataDir, args: ['worker', 'token', 'create', 'w1', '--expires', '30d'], env });
    expect(made).toMatchObject({ code: 0 });
    const token = made.stdout.trim();
    const log = new ProcessLog();
    const common = { token, coordinator: c.grpcAddress, dataDir, onLine: log.from('worker') };
    const worker = await startWorker({
      ...common,
      slots: 1,
      threadsPerSlot: 1,
      env: certificates.env('worker-w1'),
    });
    atEnd(() => worker.stop());
    const listed = await adt({ dataDir, args: ['worker', 'ls', '--json'], env });
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { workerId: expect.stringMatching(/^w1-[0-9a-f]{8}$/) },
    ]);
    const tokens = await adt({ dataDir, args: ['worker', 'token', 'ls'], env });
    expect(tokens.stdout).toMatch(
      /^worker +pool +made +holds until\nw1 +any +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d\n$/,
    );
    const written = [listed.stdout, tokens.stdout, ...log.lines, ...c.logged].join('\n');
    for (const secret of [token, c.token]) expect(written).not.toContain(secret);
    expect((await adt({ dataDir, args: ['worker', 'token', 'revoke', 'w1'], env })).stdout).toBe(
      'w1 is revoked\n',
    );
  });

  it.skipIf(ownAddress() === null)(
    'takes the platform’s token for workers from this machine only',
    async () => {
      const tls = certificates.tls('coordinator');
      const c = await testCoordinator({ tls, grpcListen: `${ownAddress()}:0` });
      const refusal = await refusalOf(ask(c, c.trials, 'register', registration('w1-00000001')));
      expect(refusal).toMatchObject({ status: 'PERMISSION_DENIED', reason: 'ROLE_NOT_ALLOWED' });
      expect((await ask(c, c.search, 'listWorkers', {})).workers).toEqual([]);
      const access = new AccessServiceClient(c.grpcAddress, channelCredentials(tls));
      atEnd(() => access.close());
      const request = { name: 'w1', pool: undefined, lifetimeMs: undefined };
      const { token } = await ask(c, access, 'createWorkerToken', request);
      await ask({ token }, c.trials, 'register', registration('w1-00000001'));
    },
  );
});

describe('an open listener', () => {
  it.each([
    ['ADT_GRPC_LISTEN', '0.0.0.0:0'],
    ['ADT_LIVE_LISTEN', '[::]:0'],
  ])('%s is refused in one line without TLS', async (name, address) => {
    const { exit, stderr } = await start({ [name]: address });
    expect(await exit).toBe(2);
    expect(stderr()).toMatch(
      new RegExp(`^${name}: [^\\n]* is not loopback and there is no TLS: set ADT_TLS_CERT[^\\n]*\\n$`),
    );
  });

  it.each([
    [{ ADT_TLS_KEY: '' }, 'ADT_TLS_KEY: must be set'],
    [{ ADT_TLS_CERT: '/nowhere.crt' }, "ADT_TLS_CERT: can't read /nowhere.crt (ENOENT)"],
    [
      { ADT_TLS_CA: certificates.env('coordinator').ADT_TLS_KEY },
      'ADT_TLS_CA: the file holds no certificate',
    ],
  ])('is refused with half of TLS: %j', async (change, message) => {
    const { exit, stderr } = await start({ ...certificates.env('coordinator'), ...change });
    expect(await exit).toBe(2);
    expect(stderr().slice(0, message.length)).toBe(message);
  });

  it('speaks TLS to browsers, without asking them for a certificate', async () => {
    const own = {
      ADT_GRPC_LISTEN: '0.0.0.0:0',
      ADT_LIVE_LISTEN: '0.0.0.0:0',
      ...certificates.env('coordinator'),
    };
    const { child } = await start(own);
    const [line] = (await once(child.stdout?.setEncoding('utf8') ?? child, 'data')) as [string];
    const port = Number((JSON.parse(line) as { live: string }).live.split(':')[1]);
    const ca = certificates.tls('coordinator').ca;
    const [response] = await once(
      get({ host: '127.0.0.1', port, path: '/healthz', ca, agent: false }),
      'response',
    );
    response.resume();
    expect(response.statusCode).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});
