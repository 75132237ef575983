import { describe, expect, it } from 'vitest';
import { GRID, refused, type Spec, warnings, withParameters } from './exampleSpecs.js';

describe('conditions', () => {
  it.each([
    [
      { lr: { values: [0.1], when: { los: 'CE' } } },
      'parameters.lr.when.los: is not among the parameters (did you mean "loss"?)',
    ],
    [{ lr: { values: [0.1], when: { loss: 'TCE' } } }, 'parameters.lr.when.loss: loss is never "TCE"'],
    [
      { lr: { values: [0.1], when: { eps_n: 7 } } },
      'parameters.lr.when.eps_n: eps_n is never 7: it is one of 100, 200',
    ],
    [{ lr: { values: [0.1], when: 'T-CE' } }, 'parameters.lr.when: must be a mapping like {loss: T-CE}'],
    [{ beta: { values: [0.1], when: { loss: 'CE' } } }, 'parameters.beta.when.loss: beta belongs to R-CE'],
    [
      { lr: { values: [0.1], when: { factors: 8 } }, factors: { values: [8], when: { lr: 0.1 } } },
      'parameters.lr.when: hangs on itself',
    ],
    [
      { factors: { min: 8, max: 9 }, lr: { values: [0.1], when: { factors: 8 } } },
      'parameters.lr.when.factors: is a range',
    ],
    [
      { factors: { values: [8, 16] }, beta: { values: [0.1], when: { factors: 8 } } },
      'parameters.beta.when: leaves R-CE without beta in some configurations',
    ],
    [
      { model: { values: ['GMF'], when: { loss: 'CE' } } },
      'parameters.model.when: dataset, model and loss span',
    ],
  ])('that cannot hold are refused: %j', (parameters, line) => {
    expect(refused(withParameters(parameters)).lines[0]).toContain(line);
  });

  it('are implied for the parameters of a loss, whose absence is told with what to add', () => {
    const { eps_n: _, beta: __, ...rest } = GRID.parameters as Spec;
    expect(refused({ ...GRID, parameters: rest }).lines).toEqual([
      'parameters.eps_n: is required, for T-CE is in the space: add eps_n: {values: [1000, 10000, 30000]}',
      'parameters.beta: is required, for R-CE is in the space: add beta: {values: [0.1, 0.25, 0.5]}',
    ]);
  });

  it('on a loss that the sweep leaves out only earn a warning', () => {
    expect(warnings(withParameters({ loss: { values: ['CE'] } }))).toEqual([
      'parameters.eps_max: is never used: no run has loss T-CE',
      'parameters.eps_n: is never used: no run has loss T-CE',
      'parameters.beta: is never used: no run has loss R-CE',
    ]);
  });
});
