// Makes a private CA and a certificate for each process of a cluster. Plain Node and the openssl program: nothing to build.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `Usage: npm run certificates -- --out DIR [options]

  --coordinator HOST   name or address it is reached at; repeat for more
  --dashboard HOST     likewise
  --nats HOST          likewise
  --postgres HOST      likewise
  --worker NAME        a certificate for this worker; repeat for more
  --days N             how long the certificates hold (default 397)

A CA that is in DIR already is used again, so workers can be added later. Nothing is ever overwritten.
`;

/** Servers are asked for by name; each is also somebody's client, but for Postgres. */
const SERVERS = ['coordinator', 'dashboard', 'nats', 'postgres'];
const WORKER_NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;
/** A CA that outlives its certificates by far: renewing it means visiting every machine. */
const CA_DAYS = 3_650;

/** Bad input: one line, exit code 2, nothing written. */
export class UsageError extends Error {}

/**
 * @param {{out: string, days?: number, servers?: Record<string, string[]>, workers?: string[]}} params
 *   `servers`: hosts by role, of coordinator, dashboard, nats, postgres
 * @returns {string[]} paths of the files written, mode 0600
 * @throws {UsageError} when an input is off or a file exists; Error when openssl is missing or fails
 */
export function makeCertificates({ out, days = 397, servers = {}, workers = [] }) {
  const wanted = [
    ...Object.entries(servers).map(([role, hosts]) => ({
      name: role,
      hosts,
      usage: 'serverAuth,clientAuth',
    })),
    ...workers.map((name) => ({ name: `worker-${name}`, hosts: [], usage: 'clientAuth' })),
  ];
  const caExists = existsSync(join(out, 'ca.key'));
  refuseBadInput({ out, days, servers, workers, caExists });
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const draft = mkdtempSync(join(out, '.draft-'));
  // Keys are nobody else's to read, not even for a moment.
  const umask = process.umask(0o077);
  try {
    if (!caExists) makeCa(draft);
    const ca = caExists ? out : draft;
    for (const certificate of wanted) issue(draft, ca, days, certificate);
    const names = [...(caExists ? [] : ['ca']), ...wanted.map(({ name }) => name)];
    const files = names.flatMap((name) => [`${name}.crt`, `${name}.key`]);
    for (const file of files) renameSync(join(draft, file), join(out, file));
    return files.map((file) => join(out, file));
  } finally {
    process.umask(umask);
    rmSync(draft, { recursive: true, force: true });
  }
}

function refuseBadInput({ out, days, servers, workers, caExists }) {
  if (!Number.isInteger(days) || days < 1 || days > CA_DAYS)
    throw new UsageError(`--days: must be an integer from 1 to ${CA_DAYS}`);
  for (const [role, hosts] of Object.entries(servers)) {
    if (!SERVERS.includes(role)) throw new UsageError(`${role}: must be one of ${SERVERS.join(', ')}`);
    const bad = hosts.find((host) => isIP(host) === 0 && !HOST.test(host));
    if (bad !== undefined)
      throw new UsageError(`--${role}: ${JSON.stringify(bad)} is no host name or address`);
  }
  const bad = workers.find((name) => !WORKER_NAME.test(name));
  if (bad !== undefined)
    throw new UsageError(`--worker: ${JSON.stringify(bad)} must be 1-40 of a-z 0-9 -, no - at the ends`);
  if (caExists !== existsSync(join(out, 'ca.crt')))
    throw new UsageError(`${out}: has only one of ca.crt and ca.key: restore the other`);
  const names = [...Object.keys(servers), ...workers.map((name) => `worker-${name}`)];
  if (names.length === 0) throw new UsageError('nothing to make: name a server or a worker (--help)');
  if (new Set(names).size < names.length) throw new UsageError('--worker: a name is given twice');
  const taken = names
    .flatMap((name) => [`${name}.crt`, `${name}.key`])
    .find((file) => existsSync(join(out, file)));
  if (taken !== undefined) throw new UsageError(`${join(out, taken)}: exists and is not overwritten`);
}

function makeCa(folder) {
  const extensions = [
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    'keyUsage=critical,keyCertSign,cRLSign',
    'subjectKeyIdentifier=hash',
  ];
  makeKey(join(folder, 'ca.key'));
  request(folder, 'ca', '/O=ADT Search/CN=ADT Search private CA');
  sign(folder, 'ca', CA_DAYS, extensions, ['-signkey', join(folder, 'ca.key')]);
}

function issue(folder, ca, days, { name, hosts, usage }) {
  const subjects = hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    `extendedKeyUsage=${usage}`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    ...(subjects.length > 0 ? [`subjectAltName=${subjects.join(',')}`] : []),
  ];
  makeKey(join(folder, `${name}.key`));
  request(folder, name, `/O=ADT Search/CN=${name}`);
  sign(folder, name, days, extensions, ['-CA', join(ca, 'ca.crt'), '-CAkey', join(ca, 'ca.key')]);
}

function makeKey(file) {
  openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file]);
}

function request(folder, name, subject) {
  openssl([
    'req',
    '-new',
    '-key',
    join(folder, `${name}.key`),
    '-subj',
    subject,
    '-out',
    join(folder, `${name}.csr`),
  ]);
}

function sign(folder, name, days, extensions, by) {
  const file = join(folder, `${name}.ext`);
  writeFileSync(file, `${extensions.join('\n')}\n`);
  const serial = `0x${randomBytes(16).toString('hex')}`;
  const to = ['-in', join(folder, `${name}.csr`), '-out', join(folder, `${name}.crt`)];
  openssl([
    'x509',
    '-req',
    '-sha256',
    '-days',
    String(days),
    '-set_serial',
    serial,
    ...to,
    '-extfile',
    file,
    ...by,
  ]);
}

function openssl(args) {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error) throw new Error(`openssl is needed to make certificates: ${error.message}`);
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr.trim()}`);
}

function main(argv) {
  const many = { type: 'string', multiple: true };
  const { values } = parseArgs({
    args: argv,
    options: {
      out: { type: 'string' },
      days: { type: 'string' },
      worker: many,
      ...Object.fromEntries(SERVERS.map((role) => [role, many])),
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return HELP;
  if (values.out === undefined) throw new UsageError('--out: must name the folder for the certificates');
  const servers = Object.fromEntries(
    SERVERS.flatMap((role) => (values[role] === undefined ? [] : [[role, values[role]]])),
  );
  const days = values.days === undefined ? undefined : Number(values.days);
  const files = makeCertificates({ out: resolve(values.out), days, servers, workers: values.worker ?? [] });
  return `${files.join('\n')}\n\nKeep ca.key off every machine of the cluster; each process needs its own two files and ca.crt.\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(main(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`certificates: ${error.message}\n`);
    process.exitCode = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
}
