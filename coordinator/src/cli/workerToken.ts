/** `adt worker token`: makes, lists and revokes the tokens by which workers on other machines come in. */
import { AccessServiceClient, type WorkerToken } from '@adt/proto/gen/adt/v1/access';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { AUTHORIZATION } from '@adt/proto/token';
import { type ClientUnaryCall, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Command } from 'commander';
import { explain, findPlatform, noAnswer } from './connect.js';
import { type Context, openContext } from './context.js';
import { UsageError } from './failure.js';
import { type Column, print, printJson, printNote, renderTable } from './output.js';
import { CALL_DEADLINE_MS } from './tunables.js';

type CreateFlags = { pool?: string; expires?: number };

export function registerWorkerTokenCommands(worker: Command): void {
  const token = worker.command('token').description('tokens of workers on other machines');
  token
    .command('create <name>')
    .description('make a token for a worker and print it, this once')
    .option('--pool <name>', 'the only pool it may serve (default: any)')
    .option('--expires <time>', 'how long it holds, say 12h or 30d (default: until revoked)', lifetimeMs)
    .action((name: string, flags: CreateFlags, command: Command) =>
      create(openContext(command), name, flags),
    );
  token
    .command('ls')
    .description('list the tokens; never what they are')
    .action((_flags, command: Command) => ls(openContext(command)));
  token
    .command('revoke <name>')
    .description('let the token open nothing any more, within seconds')
    .action((name: string, _flags, command: Command) => revoke(openContext(command), name));
}

/** `12h` or `30d` as milliseconds. @throws UsageError */
export function lifetimeMs(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})(m|h|d)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`--expires: must be like 90m, 12h or 30d (got ${JSON.stringify(text)})`);
  return Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd'];
}

async function create(context: Context, name: string, flags: CreateFlags): Promise<void> {
  const request = { name, pool: flags.pool, lifetimeMs: flags.expires };
  const { token } = await callAccess<{ token: string }>(context, (client, ...rest) =>
    client.createWorkerToken(request, ...rest),
  );
  if (context.json) return printJson({ name, token });
  print(token);
  printNote(`shown this once: give it to ${name} as ADT_TOKEN, or in a file that ADT_TOKEN_FILE names`);
}

async function ls(context: Context): Promise<void> {
  const { tokens } = await callAccess<{ tokens: WorkerToken[] }>(context, (client, ...rest) =>
    client.listWorkerTokens({}, ...rest),
  );
  if (context.json) return printJson(tokens);
  if (tokens.length === 0) return print('no worker tokens: make one with adt worker token create NAME');
  print(renderTable(COLUMNS, tokens.map(row)));
}

async function revoke(context: Context, name: string): Promise<void> {
  await callAccess(context, (client, ...rest) => client.revokeWorkerToken({ name }, ...rest));
  if (context.json) printJson({ name, revoked: true });
  else print(`${name} is revoked`);
}

const COLUMNS: readonly Column[] = [
  { title: 'worker' },
  { title: 'pool' },
  { title: 'made' },
  { title: 'holds until' },
];

function row(token: WorkerToken): string[] {
  return [token.name, token.pool ?? 'any', day(token.createdMs), until(token)];
}

function until({ expiresMs, revokedMs }: WorkerToken): string {
  if (revokedMs !== undefined) return `revoked ${day(revokedMs)}`;
  if (expiresMs === undefined) return 'revoked';
  return expiresMs < Date.now() ? `expired ${day(expiresMs)}` : day(expiresMs);
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

type Answer<Reply> = (error: ServiceError | null, reply: Reply) => void;
type Start<Reply> = (
  client: AccessServiceClient,
  metadata: Metadata,
  options: { deadline: number },
  callback: Answer<Reply>,
) => ClientUnaryCall;

/** One call, on a channel of its own. @throws what `connect.ts` says of a refused call */
async function callAccess<Reply>(context: Context, start: Start<Reply>): Promise<Reply> {
  const { grpc, token, tls = null } = await findPlatform(context);
  const client = new AccessServiceClient(grpc, channelCredentials(tls));
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  try {
    return await new Promise<Reply>((resolve, reject) => {
      const call = start(client, metadata, { deadline: Date.now() + CALL_DEADLINE_MS }, (error, reply) =>
        error ? reject(explain(error, () => noAnswer(grpc))) : resolve(reply),
      );
      context.signal.addEventListener('abort', () => call.cancel(), { once: true });
    });
  } finally {
    client.close();
  }
}
