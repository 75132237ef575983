/** What `adt sweep importance` and `adt sweep sensitivity` print. */
import { Sensitivity } from '@adt/proto/gen/adt/v1/results';
import { describe, expect, it } from 'vitest';
import { importanceSection } from './importance.js';
import { sensitivitySection } from './sensitivity.js';

describe('importance', () => {
  it('has a line a parameter, and says what is lacking', () => {
    const measured = [
      { name: 'lr', share: 0.75, strength: 0.6, raw: 3.25, noise: 0.5, configurations: 60, top: 6 },
      { name: 'beta', share: 0.25, strength: 0.2, raw: 1, noise: 0.5, configurations: 20, top: 5 },
    ];
    const lacking = [{ name: 'eps_max', configurations: 4, needed: 10 }];
    expect(importanceSection('all strata', { measured, lacking }).split('\n')).toEqual([
      'all strata',
      'parameter   share  strength    raw  noise  configurations',
      'lr         75.0 %     0.600  3.250  0.500      60, best 6',
      'beta       25.0 %     0.200  1.000  0.500      20, best 5',
      'eps_max: 4 of the 10 configurations that it takes',
    ]);
  });

  it('says so where nothing had a choice', () => {
    expect(importanceSection('all strata', { measured: [], lacking: [] })).toBe(
      'all strata\nnothing was searched with two values or more',
    );
  });
});

describe('sensitivity', () => {
  const cell = (epsMax: number, epsN: number, mean: number, among = 1) => ({
    epsMax,
    epsN,
    spread: { mean, sd: 0.001, n: 2 },
    configHash: `${epsMax} ${epsN}`,
    among,
  });
  const of = (tce: ReturnType<typeof cell>[], best: number) =>
    Sensitivity.fromPartial({
      dataset: 'd',
      model: 'GMF',
      metric: 'valid/recall@50',
      tce,
      tceBest: tce[best],
    });

  it('lays a grid out, with a dash where nothing ran and the best marked', () => {
    const cells = [cell(0.1, 1_000, 0.2), cell(0.2, 1_000, 0.3, 4), cell(0.2, 5_000, 0.1)];
    expect(sensitivitySection(of(cells, 1)).split('\n').slice(2, 6)).toEqual([
      'T-CE',
      'ε_max  ε_N 1000                   ε_N 5000',
      '  0.1  0.2000 ± 0.0010 (2)        –',
      '  0.2  0.3000 ± 0.0010 (2) of 4*  0.1000 ± 0.0010 (2)',
    ]);
  });

  it('lists the cells of more values than fit side by side', () => {
    const cells = Array.from({ length: 9 }, (_, at) => cell((10 + at) / 100, 1_000 + at, 0.2 + at / 100));
    const lines = sensitivitySection(of(cells, 8)).split('\n');
    expect(lines[3]).toBe('ε_max   ε_N  value');
    expect(lines.slice(4, 13)).toHaveLength(9);
    expect(lines[12]).toBe(' 0.18  1008  0.2800 ± 0.0010 (2)*');
  });
});
