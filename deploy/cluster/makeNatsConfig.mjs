// Writes a nats-server configuration in which each role may do what it must: the coordinator, and each worker for itself.
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `Usage: npm run nats-config -- --out DIR --worker NAME[:POOL] [options]

  --worker NAME[:POOL]  a worker, as its token is called; POOL: the only pool it serves. Repeat for more
  --listen HOST:PORT    default 0.0.0.0:4222
  --tls DIR             folder with nats.crt, nats.key and ca.crt; clients must show a certificate of that CA
  --store DIR           JetStream's files (default /var/lib/nats)

Writes nats.conf, and coordinator.env with what the coordinator must be told. Run again with all workers to add one:
the secrets in coordinator.env are kept, nats.conf is written anew (then: nats-server --signal reload).
`;

/** Bad input: one line, exit code 2, nothing written. */
export class UsageError extends Error {}

const WORKER = /^([a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?)(:([a-z0-9-]{1,32}))?$/;
const STREAM = 'ADT_TRIALS';
const DATASETS = 'adt-datasets';
const CHECKPOINTS = 'adt-checkpoints';

/**
 * @param {{out: string, workers: {name: string, pool: string | null}[], listen?: string, tls?: string, store?: string}} params
 * @returns {string[]} the two files, mode 0600
 */
export function makeNatsConfig({ out, workers, listen = '0.0.0.0:4222', tls, store = '/var/lib/nats' }) {
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const envFile = join(out, 'coordinator.env');
  const secrets = existsSync(envFile) ? readSecrets(envFile) : newSecrets();
  const confFile = join(out, 'nats.conf');
  const text = [
    '# Generated: run npm run nats-config again instead of editing. Holds passwords.',
    'server_name: adt',
    `listen: ${JSON.stringify(listen)}`,
    `jetstream { store_dir: ${JSON.stringify(store)} }`,
    ...(tls === undefined ? [] : tlsBlock(tls)),
    'accounts {',
    '  ADT {',
    '    jetstream: enabled',
    '    users: [',
    user({ name: 'coordinator', password: secrets.ADT_NATS_PASSWORD, ...coordinatorRights() }),
    ...workers.map(({ name, pool }) =>
      user({
        name: `worker-${name}`,
        password: workerPassword(secrets.ADT_NATS_WORKER_SECRET, name),
        ...workerRights(name, pool),
      }),
    ),
    '    ]',
    '  }',
    '}',
  ];
  if (!existsSync(envFile))
    write(
      envFile,
      Object.entries(secrets).map(([name, value]) => `${name}=${value}`),
    );
  write(confFile, text);
  return [confFile, envFile];
}

/** The same as the coordinator derives, which hands it to the worker that registers. */
function workerPassword(secret, name) {
  return createHmac('sha256', secret).update(`nats-worker ${name}`).digest('base64url');
}

function newSecrets() {
  return {
    ADT_NATS_USER: 'coordinator',
    ADT_NATS_PASSWORD: randomBytes(32).toString('base64url'),
    ADT_NATS_WORKER_SECRET: randomBytes(32).toString('base64url'),
  };
}

function readSecrets(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const secrets = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  if (!secrets.ADT_NATS_PASSWORD || !secrets.ADT_NATS_WORKER_SECRET)
    throw new UsageError(
      `${file}: is not one of ours: ADT_NATS_PASSWORD or ADT_NATS_WORKER_SECRET is missing`,
    );
  return secrets;
}

function coordinatorRights() {
  return {
    publish: ['adt.>', '$JS.API.>', '$JS.ACK.>', '$JS.FC.>', '$O.>'],
    subscribe: ['adt.change', '_INBOX_coordinator.>'],
  };
}

/** Pull hints and ack them, read data sets, read and write checkpoints, hear its own replies: no more. */
function workerRights(name, pool) {
  const consumer = `adt-pool-${pool ?? '*'}`;
  return {
    publish: [
      // How much of JetStream is used: the client asks before it opens a bucket.
      '$JS.API.INFO',
      `$JS.API.CONSUMER.INFO.${STREAM}.${consumer}`,
      `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${consumer}`,
      `$JS.ACK.${STREAM}.${consumer}.>`,
      ...reading(DATASETS),
      ...reading(CHECKPOINTS),
      `$O.${CHECKPOINTS}.>`,
      // What a newer version of an object replaces is purged by the client that writes it.
      `$JS.API.STREAM.PURGE.OBJ_${CHECKPOINTS}`,
    ],
    subscribe: [`_INBOX_worker_${name}.>`],
  };
}

function reading(bucket) {
  const stream = `OBJ_${bucket}`;
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ];
}

function user({ name, password, publish, subscribe }) {
  const list = (subjects) => `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
  const rights = `publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} }`;
  return `      { user: ${JSON.stringify(name)}, password: ${JSON.stringify(password)}, permissions: { ${rights} } }`;
}

function tlsBlock(folder) {
  const file = (name) => JSON.stringify(join(resolve(folder), name));
  return [
    'tls {',
    `  cert_file: ${file('nats.crt')}`,
    `  key_file: ${file('nats.key')}`,
    `  ca_file: ${file('ca.crt')}`,
    '  verify: true',
    '}',
  ];
}

function write(file, lines) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${lines.join('\n')}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function main(argv) {
  const text = { type: 'string' };
  const { values } = parseArgs({
    args: argv,
    options: {
      out: text,
      worker: { type: 'string', multiple: true },
      listen: text,
      tls: text,
      store: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return HELP;
  if (values.out === undefined) throw new UsageError('--out: must name the folder for the files');
  const workers = (values.worker ?? []).map((given) => {
    const [, name, , , pool] = WORKER.exec(given) ?? [];
    if (name === undefined)
      throw new UsageError(`--worker: ${JSON.stringify(given)} must be NAME or NAME:POOL`);
    return { name, pool: pool ?? null };
  });
  const { listen, tls, store } = values;
  return `${makeNatsConfig({ out: resolve(values.out), workers, listen, tls, store }).join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(main(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`nats-config: ${error.message}\n`);
    process.exitCode = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
}
