/** The space of the table `field`: ranges as a user would give them who does not know yet where the good values are. */
import type { Domain, Parameter } from '@adt/coordinator/search/document';
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import type { RecordedLoss } from './lattice.js';

/** Configurations by loss, if there is time to record them all; a table that stops earlier has the first ones of each. */
export const FIELD_COUNTS: Record<RecordedLoss, number> = { 'T-CE': 150, 'R-CE': 150, CE: 100 };

const range = (scale: 'linear' | 'log', low: number, high: number, integer = false): Domain => ({
  ...{ kind: 'range', scale, low, high, integer },
  step: null,
});
const parameter = (name: Hyperparameter, domain: Domain): Parameter => ({ name, domain, when: [] });

const COMMON = [
  parameter('factors', { kind: 'choice', values: [8, 16, 32], probabilities: null }),
  parameter('lr', range('log', 1e-4, 1e-1)),
];

/** Every ε_N is before a fifth of the 6,720 iterations, 1,344. */
export const FIELD_SPACE: Record<RecordedLoss, readonly Parameter[]> = {
  'T-CE': [
    ...COMMON,
    parameter('eps_max', range('linear', 0.05, 0.3)),
    parameter('eps_n', range('log', 200, 1300, true)),
  ],
  'R-CE': [...COMMON, parameter('beta', range('log', 0.05, 1))],
  CE: COMMON,
};
