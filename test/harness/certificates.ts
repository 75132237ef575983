/** Certificates for a test file, made by the script that makes a cluster's, in a folder that goes with the file. */
import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTls, type Tls } from '@adt/proto/tls';
import { temporaryFolder } from './temporary.js';

const SCRIPT = fileURLToPath(new URL('../../deploy/cluster/makeCertificates.mjs', import.meta.url));

export type Certificates = {
  folder: string;
  /** ADT_TLS_CERT, ADT_TLS_KEY and ADT_TLS_CA of `coordinator`, `dashboard`, `worker-NAME`, … */
  env(name: string): { ADT_TLS_CERT: string; ADT_TLS_KEY: string; ADT_TLS_CA: string };
  tls(name: string): Tls;
};

/** Runs the script. @returns its exit code and what it wrote */
export function runCertificates(args: readonly string[]): {
  code: number | null;
  stdout: string;
  stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** A CA, a certificate for each server on loopback and on this machine's own address, and one for each worker. */
export function makeTestCertificates(workers: readonly string[] = ['w1', 'w2']): Certificates {
  const folder = join(temporaryFolder('certificates'), 'tls');
  const hosts = ['127.0.0.1', 'localhost', ...(ownAddress() === null ? [] : [String(ownAddress())])];
  const servers = ['coordinator', 'dashboard', 'nats', 'postgres'].flatMap((role) =>
    hosts.flatMap((host) => [`--${role}`, host]),
  );
  const made = runCertificates([
    '--out',
    folder,
    ...servers,
    ...workers.flatMap((name) => ['--worker', name]),
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
  const env = (name: string) => ({
    ADT_TLS_CERT: join(folder, `${name}.crt`),
    ADT_TLS_KEY: join(folder, `${name}.key`),
    ADT_TLS_CA: join(folder, 'ca.crt'),
  });
  const tls = (name: string): Tls => {
    const read = readTls(env(name));
    if (read === null) throw new Error('no TLS');
    return read;
  };
  return { folder, env, tls };
}

/** An IPv4 address of this machine beside loopback; null where it has none. */
export function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? null;
}
