/** A dashboard that other machines reach: https or nothing, and gRPC with certificates behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startDashboard } from '@adt/deploy/local/platformProcesses';
import { LOGIN_TICKET, mintTicket, newToken } from '@adt/proto/token';
import { expect, it } from 'vitest';
import { testCoordinator } from '../contract/coordinator.js';
import { makeTestCertificates } from '../harness/certificates.js';
import { atEnd } from '../harness/cleanup.js';
import { cookieOf, ownPage, webRequest } from '../harness/dashboardRequest.js';
import { stablePort } from '../harness/ports.js';
import { ProcessLog } from '../harness/processLog.js';

const MAIN = fileURLToPath(new URL('../../dashboard/dist/server/main.js', import.meta.url));

it('an open bind of the dashboard without TLS is refused in one line', async () => {
  const env = {
    ...process.env,
    HOSTNAME: '0.0.0.0',
    PORT: '0',
    ADT_COORDINATOR: '127.0.0.1:9',
    ADT_TOKEN: newToken(),
    ADT_LIVE_URL: 'http://127.0.0.1:9',
    ADT_LOGIN_KEY: newToken(),
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: 'pipe' });
  atEnd(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('HOSTNAME: 0.0.0.0 is not loopback and there is no TLS: set ADT_TLS_CERT');
});

it('with TLS it speaks https, and mTLS to its coordinator', async () => {
  const certificates = makeTestCertificates();
  const c = await testCoordinator({ tls: certificates.tls('coordinator') });
  const [port, loginKey, log] = [await stablePort(), newToken(), new ProcessLog()];
  const dashboard = await startDashboard({
    token: c.token,
    port,
    coordinator: c.grpcAddress,
    liveUrl: `https://${c.liveAddress}`,
    loginKey,
    env: { HOSTNAME: '0.0.0.0', ...certificates.env('dashboard') },
    onLine: log.from('dashboard'),
  });
  atEnd(() => dashboard.stop());
  const url = `https://127.0.0.1:${port}`;
  const { ca } = certificates.tls('dashboard');
  const code = mintTicket(loginKey, LOGIN_TICKET, 60_000);
  const login = { method: 'POST', headers: ownPage(url), body: JSON.stringify({ code }), ca };
  const answer = await webRequest(`${url}/api/login`, login);
  expect(answer.status).toBe(204);
  expect(cookieOf(answer)).toMatch(/^__Host-adt_session=/);
  const sweeps = await webRequest(`${url}/api/sweeps`, { headers: { cookie: cookieOf(answer) }, ca });
  expect(sweeps.status).toBe(200);
  const plain = webRequest(`http://127.0.0.1:${port}/login`);
  await expect(plain).rejects.toThrow();
});
