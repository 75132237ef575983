import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTicket, LOGIN_TICKET, newToken, SESSION_TICKET } from '@adt/proto/token';
import { afterAll, describe, expect, it } from 'vitest';
import { loginLink } from './login.js';

const dataDir = mkdtempSync(join(tmpdir(), 'adt-login-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('adt login', () => {
  it('says that nothing runs when there is no run.json', async () => {
    await expect(loginLink(join(dataDir, 'none'))).rejects.toThrow('no platform is running in');
  });

  it('mints a new code each time, behind the #, good for logging in only', async () => {
    const loginKey = newToken();
    const run = {
      pid: 1,
      grpc: '127.0.0.1:1',
      token: newToken(),
      dashboard: 'http://127.0.0.1:3000',
      loginKey,
    };
    writeFileSync(join(dataDir, 'run.json'), JSON.stringify(run));
    const links = [await loginLink(dataDir), await loginLink(dataDir)].map((link) => new URL(link));
    const codes = links.map(({ hash }) => hash.slice(1));
    expect(links[0]?.href.startsWith('http://127.0.0.1:3000/login#')).toBe(true);
    expect(codes.every((code) => checkTicket(loginKey, LOGIN_TICKET, code) !== null)).toBe(true);
    expect(checkTicket(loginKey, SESSION_TICKET, codes[0] ?? '')).toBeNull();
    expect(codes[0]).not.toBe(codes[1]);
  });

  it('says so when the platform runs without a dashboard', async () => {
    const run = { grpc: '127.0.0.1:1', token: newToken(), dashboard: null, loginKey: newToken() };
    writeFileSync(join(dataDir, 'run.json'), JSON.stringify(run));
    await expect(loginLink(dataDir)).rejects.toThrow('runs without a dashboard');
  });
});
