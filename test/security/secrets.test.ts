/** A run of the whole platform on one machine, a training included, writes no secret anywhere it should not. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LIVE_TICKET, mintTicket } from '@adt/proto/token';
import { expect, it } from 'vitest';
import { adt } from '../harness/adtCommand.js';
import { runStart } from '../harness/launcher.js';
import { temporaryFolder } from '../harness/temporary.js';

type RunFile = { token: string; loginKey: string; grpc: string; live: string; dashboard: string };

/** Every file below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('no log line, command line or file that others may read holds a token', { timeout: 180_000 }, async () => {
  const dataDir = join(temporaryFolder('secrets'), 'data');
  const launched = await runStart(['--data-dir', dataDir, '--verbose']);
  await launched.log.line(/login#/, 150_000);
  const run = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
  // A call that is refused, a browser that is, and one that is served: what goes wrong is logged, too.
  const forged = { ADT_COORDINATOR: run.grpc, ADT_TOKEN: 'forged'.repeat(8) };
  expect((await adt({ dataDir, args: ['worker', 'ls'], env: forged })).code).toBe(1);
  const made = await adt({ dataDir, args: ['worker', 'token', 'create', 'elsewhere'] });
  expect(made.code).toBe(0);
  const ticket = mintTicket(run.token, LIVE_TICKET, 60_000);
  await fetch(`http://${run.live}/socket.io/?EIO=4&transport=polling&ticket=${ticket}`);
  await fetch(`${run.dashboard}/api/login`, { method: 'POST', body: '{"code":"forged"}' });

  const read = (name: string) => readFileSync(join(dataDir, name), 'utf8').trim();
  const secrets = [
    run.token,
    run.loginKey,
    read('pg/password'),
    read('nats/token'),
    made.stdout.trim(),
    forged.ADT_TOKEN,
  ];
  const commandLines = launched.processes().map(({ command }) => command);
  // Elsewhere than on Linux they can't be read.
  if (process.platform === 'linux') expect(commandLines.length).toBeGreaterThanOrEqual(5);
  const logs = filesIn(join(dataDir, 'logs'));
  expect(logs.length).toBeGreaterThanOrEqual(4);
  const written = [
    launched.output(),
    ...commandLines,
    ...logs.map((file) => readFileSync(file, 'utf8')),
  ].join('\n');
  for (const secret of [...secrets, ticket]) expect(written.includes(secret), secret.slice(0, 4)).toBe(false);

  // The database's own files are its user's alone; of ours, what holds a secret is 0600.
  const ours = filesIn(dataDir).filter((file) => !/\/pg\/data\/|\/jetstream\//.test(file));
  const holding = ours.filter((file) => secrets.some((secret) => readFileSync(file).includes(secret)));
  expect(holding.map((file) => file.slice(dataDir.length + 1)).sort()).toEqual(
    ['nats/server.conf', 'nats/token', 'pg/password', 'run.json', 'token'].sort(),
  );
  for (const file of holding) expect(statSync(file).mode & 0o777, file).toBe(0o600);
  launched.signal('SIGTERM');
  await launched.exited;
});
