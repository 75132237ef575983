/** The dashboard's doors by plain HTTP: sessions that end, sites and hosts that are kept out, clients that ask too often. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mintTicket, SESSION_TICKET } from '@adt/proto/token';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cookieOf,
  ownPage,
  type WebAnswer,
  type WebRequest,
  webRequest,
} from '../harness/dashboardRequest.js';
import { type Platform, startPlatform } from '../harness/platform.js';

const ROUTES = fileURLToPath(new URL('../../dashboard/app/api', import.meta.url));

let platform: Platform;
let url: string;

beforeAll(async () => {
  platform = await startPlatform({ workers: 0, nats: false, dashboard: true });
  url = platform.dashboard?.url ?? '';
}, 120_000);

const ask = (path: string, params?: WebRequest): Promise<WebAnswer> =>
  webRequest(new URL(path, url).href, params);

function post(path: string, body: unknown, headers: Record<string, string>): Promise<WebAnswer> {
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

function loginCode(): string {
  return platform.dashboard?.loginUrl().split('#')[1] ?? '';
}

async function signIn(more: Record<string, string> = {}): Promise<WebAnswer> {
  return post('/api/login', { code: loginCode() }, { ...ownPage(url), ...more });
}

function codeOf(answer: WebAnswer): unknown {
  return (JSON.parse(answer.body) as { code: unknown }).code;
}

describe('a session', () => {
  it('opens by a cookie that scripts and other sites can’t use', async () => {
    const answer = await signIn();
    expect(answer.status).toBe(204);
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^adt_session=.*Path=\/.*HttpOnly.*SameSite=lax/i);
    expect((await ask('/api/sweeps', { headers: { cookie: cookieOf(answer) } })).status).toBe(200);
  });

  it('over https has a __Host- cookie, and no other one is taken there', async () => {
    const https = { 'x-forwarded-proto': 'https' };
    const own = { origin: url.replace('http:', 'https:') };
    const answer = await signIn({ ...https, ...own });
    const cookie = cookieOf(answer);
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-adt_session=[^;]+;.*Secure/i);
    expect(String(answer.headers['set-cookie'])).not.toMatch(/Domain=/i);
    expect((await ask('/api/sweeps', { headers: { ...https, cookie } })).status).toBe(200);
    const planted = cookie.replace('__Host-', '');
    expect((await ask('/api/sweeps', { headers: { ...https, cookie: planted } })).status).toBe(401);
    const page = await ask('/login', { headers: https });
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await ask('/login')).headers['strict-transport-security']).toBeUndefined();
  });

  it('ends on the server: a copy of the cookie opens nothing after the sign-out', async () => {
    const cookie = cookieOf(await signIn());
    expect((await ask('/api/sweeps', { headers: { cookie } })).status).toBe(200);
    expect((await post('/api/logout', {}, ownPage(url, cookie))).status).toBe(204);
    expect((await ask('/api/sweeps', { headers: { cookie } })).status).toBe(401);
    expect((await ask('/api/live-ticket', { headers: { cookie } })).status).toBe(401);
  });

  it('that the server never opened is none, however well it is signed', async () => {
    const cookie = `adt_session=${mintTicket(platform.token, SESSION_TICKET, 60_000)}`;
    expect((await ask('/api/sweeps', { headers: { cookie } })).status).toBe(401);
  });
});

/** Every route that changes something: `/api/sweeps/1/cancel`, … */
function changingRoutes(): string[] {
  return readdirSync(ROUTES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('route.ts'))
    .filter((file) =>
      /export (const|(async )?function) (POST|PUT|PATCH|DELETE)/.test(
        readFileSync(join(ROUTES, file), 'utf8'),
      ),
    )
    .map((file) => `/api/${file.replace(/\/?route\.ts$/, '').replaceAll(/\[\w+\]/g, '1')}`);
}

describe('a change', () => {
  it('from another site is refused on every route with 403 CSRF', async () => {
    const cookie = cookieOf(await signIn());
    expect(changingRoutes().length).toBeGreaterThanOrEqual(5);
    for (const path of changingRoutes()) {
      for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, {}]) {
        const headers = {
          'content-type': 'application/json',
          cookie,
          ...(foreign as Record<string, string>),
        };
        const answer = await post(path, {}, headers);
        expect([answer.status, codeOf(answer)], path).toEqual([403, 'CSRF']);
      }
    }
  });

  it('made too often is answered 429 with Retry-After', async () => {
    const headers = ownPage(url, cookieOf(await signIn()));
    let answer = await post('/api/sweeps/999/cancel', {}, headers);
    expect(answer.status).toBe(404);
    for (let asked = 0; answer.status !== 429 && asked < 500; asked += 1)
      answer = await post('/api/sweeps/999/cancel', {}, headers);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'TOO_OFTEN']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(answer.body)).toMatchObject({ retryAfterS: Number(answer.headers['retry-after']) });
  });
});

describe('the dashboard', () => {
  it('answers no host name that it does not know, whatever the path', async () => {
    for (const path of ['/', '/login', '/api/sweeps']) {
      const answer = await ask(path, { headers: { host: 'rebound.example' } });
      expect([answer.status, codeOf(answer)], path).toEqual([403, 'HOST_NOT_ALLOWED']);
    }
  });

  it('lets scripts run by a nonce that is new with each answer', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { headers, body } = await ask('/login');
        const [, nonce] = /'nonce-([\w+/=]{22,})'/.exec(String(headers['content-security-policy'])) ?? [];
        expect(body).toContain(`nonce="${nonce}"`);
        expect(String(headers['content-security-policy'])).not.toMatch(/script-src[^;]*'unsafe-/);
        return nonce;
      }),
    );
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it('answers 429 after ten sign-ins that failed, to good ones too', async () => {
    const headers = ownPage(url);
    let answer = await post('/api/login', { code: 'forged' }, headers);
    for (let asked = 0; answer.status === 401 && asked < 50; asked += 1)
      answer = await post('/api/login', { code: 'forged' }, headers);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'TOO_OFTEN']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    // An address that a client makes up is not believed.
    const posing = await signIn({ 'x-adt-peer': '10.9.8.7', 'x-forwarded-for': '10.9.8.7' });
    expect(posing.status).toBe(429);
  });
});

describe('without its coordinator the dashboard', () => {
  it('answers 503 with Retry-After, and the page says that it is retrying', async () => {
    const cookie = `adt_session=${mintTicket(platform.token, SESSION_TICKET, 60_000)}`;
    await platform.coordinator.stop();
    const answer = await ask('/api/sweeps', { headers: { cookie } });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'COORDINATOR_UNREACHABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await ask('/sweeps', { headers: { cookie } })).body).toContain(
      'This page is retrying by itself.',
    );
  });
});

describe('what the processes wrote', () => {
  it('holds no token, code or cookie', () => {
    const written = platform.log.lines.join('\n');
    expect(platform.log.lines.length).toBeGreaterThan(0);
    expect(written).not.toContain(platform.token);
    expect(written).not.toMatch(/(login|session|live)\.\d{10,}\./);
  });
});
