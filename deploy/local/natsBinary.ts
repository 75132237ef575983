/** Finds a nats-server to run: on the machine, in the cache, from Debian, or from the project's own release. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { DOWNLOAD_WITHIN_MS } from './tunables.js';

export type NatsBinary = { path: string; source: string };

const run = promisify(execFile);

/** Debian puts daemons where an ordinary user's PATH does not look, Homebrew where a daemon's does not. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** Checksums as in the project's own image build (nats-io/nats-docker, 2.10.x); it has none for macOS. */
const RELEASE = {
  version: '2.10.29',
  sha256: {
    x64: 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
    arm64: 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
  } as Partial<Record<string, string>>,
} as const;

/**
 * @param log hears why a source gave nothing
 * @throws Error that says what to install when no source has one
 */
export async function findNats(params: {
  log(line: string): void;
  signal?: AbortSignal;
}): Promise<NatsBinary> {
  const installed = onPath();
  if (installed !== null) return { path: installed, source: installed };
  const cache = cacheFolder();
  const cached = join(cache, 'nats-server');
  if (isExecutable(cached)) return { path: cached, source: `cached ${cached}` };
  mkdirSync(cache, { recursive: true });
  const reasons: string[] = [];
  for (const [source, fetchInto] of [
    ["Debian's package", fromDebian],
    [`release ${RELEASE.version}`, fromRelease],
  ] as const) {
    params.signal?.throwIfAborted();
    const draft = mkdtempSync(join(cache, 'draft-'));
    try {
      renameSync(await fetchInto(draft, params.signal), cached);
      return { path: cached, source: `${source}, kept in ${cache}` };
    } catch (error) {
      params.log(`no nats-server from ${source}: ${error}`);
      reasons.push(`${source}: ${firstLine(error)}`);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const install = process.platform === 'darwin' ? 'brew install nats-server' : 'apt install nats-server';
  const tried = reasons.join('; ');
  throw new Error(`no nats-server found: ${install}, or set NATS_URL to one with JetStream (tried ${tried})`);
}

/** What a failed command printed is in the log; here its first line will do. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function onPath(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE_FOLDERS];
  const found = folders.map((folder) => join(folder, 'nats-server')).find(isExecutable);
  return found ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cacheFolder(): string {
  const root = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(root, 'adt-search', `nats-${process.platform}-${process.arch}`);
}

/** Debian's package, unpacked and not installed; apt checks it against the archive's signature. */
async function fromDebian(draft: string, signal?: AbortSignal): Promise<string> {
  if (process.platform !== 'linux') throw new Error('not Debian');
  const options = { cwd: draft, signal, timeout: DOWNLOAD_WITHIN_MS };
  try {
    await run('apt-get', ['download', 'nats-server'], options);
  } catch {
    // No lists here, or old ones: lists of its own need no root, and the machine's stay as they are.
    const own = [`Dir::State::lists=${draft}/lists`, `Dir::Cache=${draft}/cache`, 'APT::Sandbox::User=root'];
    const settings = own.flatMap((setting) => ['-o', setting]);
    mkdirSync(join(draft, 'lists/partial'), { recursive: true });
    mkdirSync(join(draft, 'cache/archives/partial'), { recursive: true });
    await run('apt-get', [...settings, 'update'], options);
    await run('apt-get', [...settings, 'download', 'nats-server'], options);
  }
  await run('sh', ['-c', 'dpkg-deb -x nats-server_*.deb unpacked'], options);
  const binary = ['usr/sbin', 'usr/bin']
    .map((folder) => join(draft, 'unpacked', folder, 'nats-server'))
    .find(existsSync);
  if (binary === undefined) throw new Error('the package holds no nats-server');
  return binary;
}

async function fromRelease(draft: string, signal?: AbortSignal): Promise<string> {
  const expected = process.platform === 'linux' ? RELEASE.sha256[process.arch] : undefined;
  if (expected === undefined) throw new Error(`no known checksum for ${process.platform} ${process.arch}`);
  const name = `nats-server-v${RELEASE.version}-linux-${process.arch === 'x64' ? 'amd64' : 'arm64'}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE.version}/${name}.tar.gz`;
  const limits = [AbortSignal.timeout(DOWNLOAD_WITHIN_MS), ...(signal ? [signal] : [])];
  const reply = await fetch(url, { signal: AbortSignal.any(limits) });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}`);
  const archive = Buffer.from(await reply.arrayBuffer());
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error(`${url} has sha256 ${actual}, expected ${expected}`);
  writeFileSync(join(draft, 'release.tar.gz'), archive);
  await run('tar', ['-xzf', 'release.tar.gz'], { cwd: draft, signal });
  return join(draft, name, 'nats-server');
}
