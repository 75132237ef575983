/** Who gets in: links that sign in once, routes that ask for a session, changes that only our own pages may make. */
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { cookieOf, ownPage, type WebRequest, webRequest } from '../harness/dashboardRequest.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;

/** A request with headers that `fetch` would not let us set. */
const ask = (path: string, params?: WebRequest) => webRequest(`${scene.url}${path}`, params);

const JSON_TYPE = { 'content-type': 'application/json' };

async function sessionCookie(): Promise<string> {
  const code = scene.loginUrl().split('#')[1];
  const answer = await ask('/api/login', {
    method: 'POST',
    headers: ownPage(scene.url),
    body: JSON.stringify({ code }),
  });
  return cookieOf(answer);
}

describe.skipIf(chromiumPath() === null)(
  `access to the dashboard${browserSkipNote()}`,
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      scene = await openDashboardScene({ workers: 0 });
    }, 120_000);

    it('signs in by a link once; the second use says how to get a new one', async () => {
      const link = scene.loginUrl();
      const first = await scene.stranger();
      await first.goto(link);
      await first.getByRole('heading', { name: 'Sweeps' }).waitFor();

      const second = await scene.stranger();
      await second.goto(link);
      await second.getByText('This link no longer works.').waitFor();
      expect(await second.getByText('npx adt login').isVisible()).toBe(true);
      expect(second.url()).toBe(`${scene.url}/login`);
    });

    it('lets a signed-in user in by a link that is spent', async () => {
      const link = scene.loginUrl();
      const page = await scene.stranger();
      await page.goto(link);
      await page.getByRole('heading', { name: 'Sweeps' }).waitFor();
      await page.goto('about:blank');
      await page.goto(link);
      await page.getByRole('heading', { name: 'Sweeps' }).waitFor();
    });

    it('sends a stranger to the login page and a signed-out user too', async () => {
      const page = await scene.signedIn();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('npx adt login').waitFor();
      await page.goto(`${scene.url}/sweeps/1`);
      expect(page.url()).toBe(`${scene.url}/login`);
    });

    it('keeps scripts away from the session cookie', async () => {
      const page = await scene.signedIn();
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ name: 'adt_session', httpOnly: true, sameSite: 'Lax' });
    });

    it('refuses every route without a session', async () => {
      for (const path of ['/api/sweeps', '/api/sweeps/1', '/api/trials/1', '/api/live-ticket']) {
        expect(await ask(path), path).toMatchObject({ status: 401 });
      }
      const forged = { cookie: 'adt_session=session.9999999999999.bm9uY2U.Zm9yZ2Vk' };
      expect(await ask('/api/sweeps', { headers: forged })).toMatchObject({ status: 401 });
      const change = { method: 'POST', headers: ownPage(scene.url), body: '{"spec":"a: 1"}' };
      expect(await ask('/api/plan', change)).toMatchObject({ status: 401 });
    });

    it('refuses a change that another site makes in the user’s name', async () => {
      const cookie = await sessionCookie();
      for (const foreign of [
        { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: 'http://evil.example' },
        { 'sec-fetch-site': 'same-site' },
        {},
      ]) {
        const headers = { ...JSON_TYPE, cookie, ...(foreign as Record<string, string>) };
        const answer = await ask('/api/sweeps/1/cancel', { method: 'POST', headers, body: '{}' });
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'CSRF', status: 403 });
        expect(answer.headers['content-type']).toBe('application/problem+json');
      }
    });

    it('answers no host name that it does not know', async () => {
      const answer = await ask('/sweeps', { headers: { host: 'rebound.example' } });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    });

    it('says what is wrong with a body: too large, not JSON, wrong type, unknown field', async () => {
      const headers = ownPage(scene.url, await sessionCookie());
      const post = async (body: string, more: Record<string, string> = {}) =>
        (await ask('/api/plan', { method: 'POST', headers: { ...headers, ...more }, body })).status;
      expect(await post(JSON.stringify({ spec: 'x'.repeat(256 * 1024) }))).toBe(413);
      expect(await post('{"spec":')).toBe(400);
      expect(await post('spec', { 'content-type': 'text/plain' })).toBe(415);
      expect(await post('{"spec":"a: 1","more":1}')).toBe(422);
      expect(await post('{"spec":"a: 1"}')).toBe(200);
    });

    it('passes on the coordinator’s refusal with reason and fields', async () => {
      const headers = { ...ownPage(scene.url, await sessionCookie()), 'idempotency-key': 'refused-sweep' };
      const body = JSON.stringify({
        spec: 'name: x\nmethod: grid\nparameters: {dataset: {value: nowhere}}\n',
      });
      const answer = await ask('/api/sweeps', { method: 'POST', headers, body });
      expect(answer.status).toBe(422);
      const problem = JSON.parse(answer.body) as { code: string; violations: { path: string }[] };
      expect(problem.code).toBe('UNKNOWN_DATASET');
      expect(problem.violations.map(({ path }) => path)).toEqual(['parameters.dataset.value']);
    });

    it('gives 404 for what does not exist, as a page and as a route', async () => {
      const cookie = await sessionCookie();
      for (const path of ['/api/sweeps/999', '/api/trials/999', '/api/sweeps/-1', '/api/trials/2147483648']) {
        expect(await ask(path, { headers: { cookie } }), path).toMatchObject({ status: 404 });
      }
      const page = await scene.signedIn();
      await page.goto(`${scene.url}/sweeps/999`);
      await page.getByText('Nothing is here').waitFor();
    });

    it('forbids framing, sniffing and foreign scripts on every answer', async () => {
      for (const path of ['/login', '/healthz', '/api/sweeps']) {
        const { headers } = await ask(path);
        expect(headers['content-security-policy'], path).toMatch(
          /script-src 'self' 'nonce-[\w+/=]{22,}' .*frame-ancestors 'none'/,
        );
        expect(headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        });
        expect(headers['x-powered-by']).toBeUndefined();
      }
    });

    it('answers health checks without a session', async () => {
      expect(await ask('/healthz', { headers: { host: '10.1.2.3:3000' } })).toMatchObject({ status: 200 });
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
