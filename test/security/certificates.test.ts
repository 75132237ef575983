/** The script that makes a private cluster's certificates: what it writes, and what it will not do. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCertificates } from '../harness/certificates.js';
import { temporaryFolder } from '../harness/temporary.js';

function certificate(folder: string, name: string): X509Certificate {
  return new X509Certificate(readFileSync(join(folder, `${name}.crt`)));
}

describe('making certificates', () => {
  const folder = join(temporaryFolder('ca'), 'tls');
  const first = ['--coordinator', 'coordinator.internal', '--coordinator', '10.0.0.7', '--worker', 'gpu-1'];

  it('makes a CA that signs each, with the names asked for, all files 0600', () => {
    expect(runCertificates(['--out', folder, ...first])).toMatchObject({ code: 0, stderr: '' });
    const ca = certificate(folder, 'ca');
    const coordinator = certificate(folder, 'coordinator');
    expect(coordinator.verify(ca.publicKey)).toBe(true);
    expect(certificate(folder, 'worker-gpu-1').verify(ca.publicKey)).toBe(true);
    expect(coordinator.checkHost('coordinator.internal')).toBe('coordinator.internal');
    expect(coordinator.checkIP('10.0.0.7')).toBe('10.0.0.7');
    expect(coordinator.checkHost('nats.internal')).toBeUndefined();
    for (const file of readdirSync(folder))
      expect(statSync(join(folder, file)).mode & 0o777, file).toBe(0o600);
  });

  it('gives a worker a certificate that can be no server’s', () => {
    const worker = certificate(folder, 'worker-gpu-1');
    expect(worker.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(worker.subjectAltName).toBeUndefined();
  });

  it('adds a worker later under the same CA', () => {
    const before = readFileSync(join(folder, 'ca.crt'), 'utf8');
    expect(runCertificates(['--out', folder, '--worker', 'gpu-2']).code).toBe(0);
    expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).toBe(before);
    expect(certificate(folder, 'worker-gpu-2').verify(certificate(folder, 'ca').publicKey)).toBe(true);
  });

  it('overwrites nothing, and then writes nothing at all', () => {
    const before = readdirSync(folder);
    const again = runCertificates(['--out', folder, '--worker', 'gpu-3', '--worker', 'gpu-1']);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/^certificates: .*worker-gpu-1\.crt: exists and is not overwritten\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each([
    [['--worker', '../x'], '--worker: "../x" must be'],
    [['--coordinator', 'a b'], '--coordinator: "a b" is no host name or address'],
    [['--coordinator', 'a,DNS:evil'], '--coordinator: "a,DNS:evil" is no host name'],
    [['--worker', 'w', '--days', '0'], '--days: must be an integer'],
    [[], 'nothing to make'],
  ])('refuses %j in one line', (args, message) => {
    const none = join(temporaryFolder('none'), 'tls');
    const { code, stderr } = runCertificates(['--out', none, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^certificates: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(() => readdirSync(none)).toThrow('ENOENT');
  });
});
