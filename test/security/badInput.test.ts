/** Bad input as a browser's page sends it: what it is refused with, by HTTP status, code and path; nothing is written. */
import { type Connection, openConnection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { openDatabase } from '@adt/prisma/client';
import { openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { cookieOf, ownPage, type WebAnswer, webRequest } from '../harness/dashboardRequest.js';
import { type Platform, startPlatform } from '../harness/platform.js';

let platform: Platform;
let url: string;
let cookie: string;

type Problem = {
  code: string;
  detail: string;
  violations: { path: string; message: string }[];
  retryAfterS: null;
};

beforeAll(async () => {
  platform = await startPlatform({ workers: 0, dashboard: true });
  url = platform.dashboard?.url ?? '';
  const { grpc, token } = platform;
  const connection: Connection & { close(): void } = openConnection({
    grpc,
    token,
    signal: new AbortController().signal,
  });
  const dataset = await ensureSynthetic(await openStore(platform.dataDir));
  await uploadDataset({ client: connection.client, token, dataset });
  connection.close();
  const code = platform.dashboard?.loginUrl().split('#')[1];
  cookie = cookieOf(await post('/api/login', { code }));
}, 120_000);

function post(path: string, body: unknown, more: Record<string, string> = {}): Promise<WebAnswer> {
  const headers = { ...ownPage(url, cookie), ...more };
  return webRequest(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

let keys = 0;

function submit(spec: string, key = `bad-input-${++keys}`): Promise<WebAnswer> {
  return post('/api/sweeps', { spec }, { 'idempotency-key': key });
}

function problemOf(answer: WebAnswer): Problem {
  return JSON.parse(answer.body) as Problem;
}

/** A sound sweep with some of its lines replaced. */
function spec(change: { lr?: string; more?: string; loss?: string } = {}): string {
  return [
    'name: bad-input',
    'method: grid',
    'parameters:',
    '  dataset: {value: synthetic}',
    '  model: {value: GMF}',
    `  loss: {value: ${change.loss ?? 'CE'}}`,
    `  lr: ${change.lr ?? '{value: 0.001}'}`,
    change.more ?? '',
  ].join('\n');
}

async function sweeps(): Promise<number> {
  const db = openDatabase({ url: platform.databaseUrl, connectionLimit: 1 });
  atEnd(() => db.close());
  return db.prisma.sweep.count();
}

const LOG_OF_ZERO = '{distribution: log_uniform_values, min: 0, max: 0.1}';

describe('a sweep is refused whole', () => {
  it.each([
    [
      'numbers',
      spec({ lr: LOG_OF_ZERO }).replace('grid', 'random'),
      422,
      'SPACE_INVALID',
      'parameters.lr.min',
      'must be > 0 on a log scale',
    ],
    ['not a number', spec({ lr: '{value: .nan}' }), 422, 'SPACE_INVALID', 'parameters.lr', ''],
    [
      'a vast grid',
      spec({ loss: 'T-CE', more: '  eps_max: {value: 0.1}\n  eps_n: {min: 1, max: 99999999}' }),
      422,
      'SWEEP_TOO_LARGE',
      'parameters',
      'the limit is 10,000',
    ],
    ['an unknown loss', spec({ loss: 'TCE' }), 422, 'SPACE_INVALID', 'parameters.loss', 'T-CE'],
    [
      'an unknown data set',
      spec().replace('synthetic', 'synthetix'),
      422,
      'UNKNOWN_DATASET',
      'parameters.dataset',
      'synthetic',
    ],
    [
      'a pool that nobody serves',
      spec({ more: 'pool: gpus' }),
      422,
      'UNSATISFIABLE',
      'pool',
      'no worker serves "gpus"',
    ],
    ['an alias', spec({ more: 'a: &x 1\nb: *x' }), 400, 'PARSE_ERROR', '', 'line 9, column'],
    ['an open bracket', spec({ more: 'a: [1' }), 400, 'PARSE_ERROR', '', 'line 8, column'],
    [
      '33 levels',
      spec({ more: `a: ${'['.repeat(33)}${']'.repeat(33)}` }),
      400,
      'PARSE_ERROR',
      '',
      'nested deeper than 32 levels',
    ],
  ])('for %s', async (_what, text, status, code, path, message) => {
    const before = await sweeps();
    const answer = await submit(text);
    const problem = problemOf(answer);
    expect([answer.status, problem.code, problem.retryAfterS]).toEqual([status, code, null]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const said = problem.violations.filter((violation) => violation.path.startsWith(path));
    expect([problem.detail, ...said.map((violation) => violation.message)].join('\n')).toContain(message);
    expect(said.length).toBeGreaterThan(0);
    expect(await sweeps()).toBe(before);
  });

  it('for the key of another body with 409, and is the same for the key of its own', async () => {
    const first = await submit(spec(), 'one-key-of-mine');
    expect(first.status).toBe(201);
    const repeated = await submit(spec(), 'one-key-of-mine');
    expect([repeated.status, JSON.parse(repeated.body).sweepId]).toEqual([
      201,
      JSON.parse(first.body).sweepId,
    ]);
    const other = await submit(`${spec()}\n# other`, 'one-key-of-mine');
    expect([other.status, problemOf(other).code]).toEqual([409, 'IDEMPOTENCY_KEY_TAKEN']);
  });

  it('for no key, malformed JSON, a wrong type and too many bytes', async () => {
    const keyless = await post('/api/sweeps', { spec: spec() });
    expect([keyless.status, problemOf(keyless).code]).toEqual([400, 'NO_IDEMPOTENCY_KEY']);
    const headers = { ...ownPage(url, cookie), 'idempotency-key': 'malformed-body' };
    const raw = (body: string, more = {}) =>
      webRequest(`${url}/api/sweeps`, { method: 'POST', headers: { ...headers, ...more }, body });
    const json = await raw('{"spec":\n "a: 1",}');
    expect([json.status, problemOf(json).code]).toEqual([400, 'PARSE_ERROR']);
    expect(problemOf(json).detail).toMatch(/line 2, column \d+/);
    expect((await raw('spec', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await raw(JSON.stringify({ spec: 'x'.repeat(256 * 1024) }))).status).toBe(413);
  });
});

describe('a state', () => {
  it('that does not allow the change is 409 with the state, and what never was is 404', async () => {
    const { sweepId } = JSON.parse((await submit(spec())).body) as { sweepId: number };
    const db = openDatabase({ url: platform.databaseUrl, connectionLimit: 1 });
    atEnd(() => db.close());
    await db.prisma.sweep.update({ where: { id: sweepId }, data: { state: 'FINISHED' } });
    const answer = await post(`/api/sweeps/${sweepId}/cancel`, {});
    expect([answer.status, problemOf(answer).code]).toEqual([409, 'ILLEGAL_STATE']);
    expect(problemOf(answer).detail).toContain('FINISHED');
    expect((await post('/api/sweeps/99999/cancel', {})).status).toBe(404);
  });
});
