import { describe, expect, it } from 'vitest';
import { formatHours, formatP, reachOf, signedPercent } from './numbers';

describe('numbers of a comparison', () => {
  it('say their sign, and keep two digits of what is small', () => {
    expect([0.031, -0.004, 0.0004, undefined].map(signedPercent)).toEqual([
      '+3.1 %',
      '−0.4 %',
      '+0.04 %',
      '—',
    ]);
  });

  it('never round a p value to nothing, nor one below 0.05 up to it', () => {
    expect([0.00001, 0.0078, 0.0496, 0.052, 1, undefined].map(formatP)).toEqual([
      '< 0.0001',
      '0.0078',
      '0.0496',
      '0.052',
      '1',
      '—',
    ]);
  });

  it('name hours by the device they were spent on', () => {
    const tuning = { configurations: 1, trials: 1, gpuHours: 0, cpuHours: 0 };
    expect(formatHours({ ...tuning, gpuHours: 1.5 })).toBe('1.50 GPU-h');
    expect(formatHours({ ...tuning, cpuHours: 0.001 })).toBe('< 0.01 CPU-h');
    expect(formatHours({ ...tuning, gpuHours: 1, cpuHours: 2 })).toBe('1.00 GPU-h + 2.00 CPU-h');
  });

  it('reach as far as the interval does', () => {
    const relativeInterval = { low: -0.07, high: 0.01 };
    const difference = { mean: 0, sd: 0, interval: undefined, relative: -0.03, relativeInterval };
    expect(reachOf({ difference })).toBe(0.07);
    expect(reachOf({ difference: undefined })).toBe(0);
  });
});
