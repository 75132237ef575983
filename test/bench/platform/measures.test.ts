import { describe, expect, it } from 'vitest';
import { childrenOf, cpuSeconds, parentOf, residentMiB } from './processUse.js';
import { quantilesOf } from './quantiles.js';
import { slope } from './watch.js';

describe('what is measured', () => {
  it('quantiles are of the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(quantilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99, most: 100 });
    expect(quantilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, most: 7 });
  });

  it('a slope is that of the nearest line, and none of a single point', () => {
    expect(slope([1, 2, 3, 4].map((x) => [x, 3 * x + 1] as const))).toBeCloseTo(3, 12);
    expect(slope([[1, 5]])).toBe(0);
  });

  it.runIf(process.platform === 'linux')('a process has a parent, memory, and CPU time that grows', () => {
    const { pid, ppid } = process;
    expect(parentOf(pid)).toBe(ppid);
    expect(childrenOf(ppid)).toContain(pid);
    const resident = process.memoryUsage.rss() / 2 ** 20;
    expect(residentMiB(pid) / resident).toBeGreaterThan(0.5);
    expect(residentMiB(pid) / resident).toBeLessThan(2);
    const before = cpuSeconds(pid);
    const used = process.cpuUsage();
    while (process.cpuUsage(used).user < 50_000) Math.sqrt(2);
    expect(cpuSeconds(pid)).toBeGreaterThan(before);
  });
});
