/** The coordinator as a process: its ready line, its exit codes, its end when nobody holds it any more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { newToken } from '@adt/proto/token';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';

const MAIN = fileURLToPath(new URL('../../coordinator/dist/main.js', import.meta.url));

type Run = {
  child: ChildProcess;
  exit: Promise<number | null>;
  firstLine: Promise<string>;
  stderr: () => string;
};

function run(env: NodeJS.ProcessEnv): Run {
  const { DATABASE_URL, NATS_URL, ...rest } = process.env;
  const child = spawn(process.execPath, [MAIN], { env: { ...rest, ...env }, stdio: 'pipe' });
  atEnd(() => {
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const firstLine = once(createInterface(child.stdout), 'line').then(([line]) => line as string);
  return { child, exit, firstLine, stderr: () => stderr };
}

async function goodEnv(): Promise<NodeJS.ProcessEnv> {
  const listen = { ADT_GRPC_LISTEN: '127.0.0.1:0', ADT_LIVE_LISTEN: '127.0.0.1:0' };
  return { DATABASE_URL: await createDatabase(), ADT_TOKEN: newToken(), ...listen };
}

describe('the coordinator process', () => {
  it('says where it listens, logs JSON without secrets, and ends with 0 on SIGTERM', async () => {
    const env = await goodEnv();
    const { child, exit, firstLine, stderr } = run(env);
    const ready = JSON.parse(await firstLine);
    expect(ready).toEqual({
      ready: true,
      grpc: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      live: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      metrics: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    expect((await fetch(`http://${ready.live}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    const lines = stderr().trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
    expect(stderr()).not.toContain(env.ADT_TOKEN);
  });

  it('ends when its launcher is gone', async () => {
    const { child, exit, firstLine } = run({ ...(await goodEnv()), ADT_PARENT_WATCH: '1' });
    await firstLine;
    child.stdin?.end();
    expect(await exit).toBe(0);
  });

  it('ends cleanly also when the launcher that read its log was killed', async () => {
    const { child, exit, firstLine } = run({ ...(await goodEnv()), ADT_PARENT_WATCH: '1' });
    await firstLine;
    for (const pipe of [child.stdout, child.stderr, child.stdin]) pipe?.destroy();
    expect(await exit).toBe(0);
  });

  it('ends with 2 and a line a mistake for a bad environment', async () => {
    const { exit, stderr } = run({ ...(await goodEnv()), ADT_TOKEN: 'short', ADT_HEARTBEAT_MS: '1' });
    expect(await exit).toBe(2);
    expect(stderr()).toBe('ADT_TOKEN: must have at least 32 characters\n');
  });

  it('ends with 1 and the reason when the database is not there', async () => {
    const { exit, stderr } = run({
      ...(await goodEnv()),
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
    });
    expect(await exit).toBe(1);
    expect(stderr()).toContain('ECONNREFUSED');
  });
});
