import { describe, expect, it } from 'vitest';
import { Registry } from './registry.js';

describe('Registry', () => {
  it('writes counters, gauges and cumulative histograms as Prometheus reads them', async () => {
    const registry = new Registry();
    const calls = registry.counter('calls_total', 'Calls.', [{ kind: 'a' }]);
    calls.add({ kind: 'a' });
    calls.add({ kind: 'b' }, 4);
    registry.gauge('depth', 'Depth.', () => 2);
    const seconds = registry.histogram('seconds', 'Time.', [0.1, 1]);
    for (const value of [0.1, 0.5, 3]) seconds.observe(value);
    expect(await registry.text()).toBe(
      [
        '# HELP calls_total Calls.',
        '# TYPE calls_total counter',
        'calls_total{kind="a"} 1',
        'calls_total{kind="b"} 4',
        '# HELP depth Depth.',
        '# TYPE depth gauge',
        'depth 2',
        '# HELP seconds Time.',
        '# TYPE seconds histogram',
        'seconds_bucket{le="0.1"} 1',
        'seconds_bucket{le="1"} 2',
        'seconds_bucket{le="+Inf"} 3',
        'seconds_sum 3.6',
        'seconds_count 3',
        '',
      ].join('\n'),
    );
  });

  it('escapes what a label may hold, so that no value can forge a line', async () => {
    const registry = new Registry();
    registry.gauge('g', 'G.', () => [{ labels: { pool: 'a"} 1\nx\\' }, value: 1 }]);
    expect((await registry.text()).split('\n').at(2)).toBe('g{pool="a\\"} 1\\nx\\\\"} 1');
  });

  it('collects before each exposition, and takes a name once', async () => {
    const registry = new Registry();
    let value = 0;
    registry.onCollect(async () => {
      value = 7;
    });
    registry.gauge('g', 'G.', () => value);
    expect(await registry.text()).toContain('g 7');
    expect(() => registry.counter('g', 'again')).toThrow('g is registered already');
  });
});
