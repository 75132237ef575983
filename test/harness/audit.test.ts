/** The check of dependencies: what it lets pass, what it refuses, and that no answer is never a pass. */
import { describe, expect, it } from 'vitest';

type Audit = {
  auditVerdict(output: string): string;
  refuseLockedHosts(lock: unknown): void;
  readLock(root: string): unknown;
};

const { auditVerdict, refuseLockedHosts, readLock } = (await import(
  new URL('./audit.mjs', import.meta.url).href
)) as Audit;

function report(severity: string): string {
  const via = [{ title: 'Prototype pollution', url: 'https://example.org/1', severity }];
  const vulnerabilities = severity === '' ? {} : { bad: { name: 'bad', severity, via } };
  return JSON.stringify({ vulnerabilities, metadata: { dependencies: { prod: 412 } } });
}

describe('npm audit', () => {
  it('passes without high findings, and says of how many packages', () => {
    for (const severity of ['', 'low', 'moderate'])
      expect(auditVerdict(report(severity))).toBe('no high findings in 412 packages');
  });

  it.each(['high', 'critical'])('fails with a %s one, by name and cause', (severity) => {
    expect(() => auditVerdict(report(severity))).toThrow(
      `bad: ${severity}, Prototype pollution (https://example.org/1)`,
    );
  });

  it('says skipped when the registry did not answer, never that all is well', () => {
    for (const output of ['', 'no JSON', '{"message":"405 Method Not Allowed"}', '{"vulnerabilities":{}}'])
      expect(auditVerdict(output)).toMatch(/^skipped: the registry can't be asked/);
    expect(auditVerdict('{"message":"405 Method Not Allowed"}')).toContain('405 Method Not Allowed');
  });
});

describe('the lock file', () => {
  it('names no registry', () => {
    refuseLockedHosts(readLock(process.cwd()));
    for (const resolved of ['https://registry.example.org/a.tgz', 'git+ssh://git@example.org/a.git'])
      expect(() => refuseLockedHosts({ packages: { a: { resolved } } })).toThrow(
        'package-lock.json: a is tied to',
      );
    refuseLockedHosts({ packages: { '': {}, a: {}, b: { resolved: 'worker', link: true } } });
  });
});
