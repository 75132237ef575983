/** Functions with a known optimum, in our own parameter space; larger is better, 0 is the best there is. */
import type { Condition, Domain, Parameter, Range } from '@adt/coordinator/search/document';
import type { Assignment } from '@adt/coordinator/search/grid';
import type { Hyperparameter } from '@adt/proto/trainingConfig';

export type Objective = {
  name: string;
  parameters: readonly Parameter[];
  /** The regret, negated. */
  score(assignment: Assignment): number;
  /** Standard deviation of what is observed about the score: a training's seed. */
  noise: number;
  /** Not looked at while the samplers were made. */
  heldOut: boolean;
};

const linear = (low: number, high: number, step: number | null = null): Range => ({
  kind: 'range',
  scale: 'linear',
  low,
  high,
  step,
  integer: false,
});
const logarithmic = (low: number, high: number, integer = false): Range => ({
  kind: 'range',
  scale: 'log',
  low,
  high,
  step: null,
  integer,
});
const whole = (low: number, high: number): Range => ({
  kind: 'range',
  scale: 'linear',
  low,
  high,
  step: null,
  integer: true,
});
const oneOf = (...values: number[]): Domain => ({ kind: 'choice', values, probabilities: null });
const parameter = (name: Hyperparameter, domain: Domain, ...when: Condition[]): Parameter => ({
  name,
  domain,
  when,
});

/** Where a value lies between the ends of a range, by its logarithm. */
const along = (value: number, low: number, high: number) => Math.log(value / low) / Math.log(high / low);
const get = (assignment: Assignment, name: Hyperparameter): number => {
  const value = assignment[name];
  if (value === undefined) throw new RangeError(`${name} is not active`);
  return value;
};

const UNIT: Hyperparameter[] = [
  'eps_max',
  'dropout',
  'corruption',
  'nmtr_click_weight',
  'beta',
  'nr_fp_weight',
];
const unitPoint = (assignment: Assignment, dimensions: number) =>
  UNIT.slice(0, dimensions).map((name) => get(assignment, name));
const unitSpace = (dimensions: number) =>
  UNIT.slice(0, dimensions).map((name) => parameter(name, linear(0, 0.999)));

/** Dixon and Szegö 1978; Hartmann's tables as in Surjanovic and Bingham's Virtual Library of Simulation Experiments. */
function branin([u, v]: readonly number[]): number {
  const [x, y] = [15 * (u as number) - 5, 15 * (v as number)];
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - 0.397887;
}

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN6 = {
  steepness: [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  centres: [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
  best: 3.32237,
};
const HARTMANN3 = {
  steepness: [
    [3, 10, 30],
    [0.1, 10, 35],
    [3, 10, 30],
    [0.1, 10, 35],
  ],
  centres: [
    [0.3689, 0.117, 0.2673],
    [0.4699, 0.4387, 0.747],
    [0.1091, 0.8732, 0.5547],
    [0.0381, 0.5743, 0.8828],
  ],
  best: 3.86278,
};
function hartmann({ steepness, centres, best }: typeof HARTMANN6, point: readonly number[]): number {
  return (
    best -
    HARTMANN_WEIGHTS.reduce((sum, weight, row) => {
      const distance = point.reduce((total, x, column) => {
        const offset = x - (centres[row]?.[column] as number);
        return total + (steepness[row]?.[column] as number) * offset * offset;
      }, 0);
      return sum + weight * Math.exp(-distance);
    }, 0)
  );
}

/** Ackley 1987: a funnel full of local optima. */
function ackley(point: readonly number[]): number {
  const mean = (of: (x: number) => number) => point.reduce((sum, x) => sum + of(x), 0) / point.length;
  const waves = Math.exp(mean((x) => Math.cos(2 * Math.PI * x)));
  return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(mean((x) => x * x))) - waves;
}

/** How far a training is from its best when rate, share and duration interact as in T-CE: a bent valley. */
function denoisingRegret(lr: number, share: number, iterations: number): number {
  const rate = along(lr, 1e-4, 1e-2) - 0.55;
  const [drop, speed] = [share - 0.18, along(iterations, 500, 50_000) - 0.4];
  return 4 * rate * rate + 20 * (drop - 0.25 * speed) ** 2 + speed * speed + 2 * rate * speed * speed;
}

const LAYERS = oneOf(1, 2, 3, 4);
/** A tower of each depth has its own best; only the deep ones drop out, and only those reach the best. */
function towerRegret(assignment: Assignment): number {
  const layers = get(assignment, 'mlp_layers');
  const rate = along(get(assignment, 'lr'), 1e-5, 1e-1);
  const base = [0.35, 0.2, 0, 0.15][layers - 1] as number;
  const best = 0.83 - 0.11 * layers;
  const dropped = layers === 1 ? 0 : 3 * (get(assignment, 'dropout') - 0.17 * layers) ** 2;
  return base + 5 * (rate - best) ** 2 + dropped;
}

export const OBJECTIVES: readonly Objective[] = [
  {
    name: 'Branin',
    noise: 0,
    heldOut: false,
    parameters: unitSpace(2),
    score: (assignment) => -branin(unitPoint(assignment, 2)),
  },
  {
    name: 'Hartmann-6',
    noise: 0,
    heldOut: false,
    parameters: unitSpace(6),
    score: (assignment) => -hartmann(HARTMANN6, unitPoint(assignment, 6)),
  },
  {
    name: 'sphere, log scales',
    noise: 0,
    heldOut: false,
    parameters: [
      parameter('lr', logarithmic(1e-5, 1e-1)),
      parameter('factors', logarithmic(4, 512, true)),
      parameter('batch_size', logarithmic(64, 65_536, true)),
      parameter('beta', linear(0, 10)),
    ],
    score: (assignment) =>
      -(
        (along(get(assignment, 'lr'), 1e-5, 1e-1) - 0.62) ** 2 +
        (along(get(assignment, 'factors'), 4, 512) - 0.43) ** 2 +
        (along(get(assignment, 'batch_size'), 64, 65_536) - 0.3) ** 2 +
        (get(assignment, 'beta') / 10 - 0.77) ** 2
      ),
  },
  {
    name: 'Rosenbrock, log scale',
    noise: 0,
    heldOut: false,
    parameters: [
      parameter('lr', logarithmic(1e-5, 1e-1)),
      parameter('eps_max', linear(0, 0.99)),
      parameter('dropout', linear(0, 0.99)),
    ],
    score(assignment) {
      const x = 4 * along(get(assignment, 'lr'), 1e-5, 1e-1) - 2;
      const y = 4 * get(assignment, 'eps_max') - 1;
      const z = 4 * get(assignment, 'dropout') - 1;
      return -(100 * (y - x * x) ** 2 + (1 - x) ** 2 + 100 * (z - y * y) ** 2 + (1 - y) ** 2);
    },
  },
  {
    name: 'T-CE-like valley',
    noise: 0,
    heldOut: false,
    parameters: [
      parameter('eps_max', linear(0.05, 0.3, 0.01)),
      parameter('eps_n', whole(500, 50_000)),
      parameter('lr', logarithmic(1e-4, 1e-2)),
    ],
    score: (assignment) =>
      -denoisingRegret(get(assignment, 'lr'), get(assignment, 'eps_max'), get(assignment, 'eps_n')),
  },
  {
    name: 'tower with dropout',
    noise: 0,
    heldOut: false,
    parameters: [
      parameter('mlp_layers', LAYERS),
      parameter('dropout', linear(0, 0.9), { parent: 'mlp_layers', values: [2, 3, 4] }),
      parameter('lr', logarithmic(1e-5, 1e-1)),
    ],
    score: (assignment) => -towerRegret(assignment),
  },
  {
    name: 'lists only',
    noise: 0,
    heldOut: false,
    parameters: [
      parameter('lr', oneOf(1e-4, 3e-4, 1e-3, 3e-3, 1e-2)),
      parameter('factors', oneOf(8, 16, 32, 64, 128)),
      parameter('negatives', oneOf(1, 2, 4, 8)),
      parameter('batch_size', oneOf(4096, 256, 1024, 512, 2048)),
    ],
    score(assignment) {
      const rate = along(get(assignment, 'lr'), 1e-4, 1e-2);
      const size = along(get(assignment, 'factors'), 8, 128);
      const batch = along(get(assignment, 'batch_size'), 256, 4096);
      const negatives = along(get(assignment, 'negatives'), 1, 8);
      return -(
        3 * (rate - 0.25 - 0.5 * batch) ** 2 +
        (size - 0.75) ** 2 +
        0.5 * (negatives - 2 / 3) ** 2 +
        0.3 * batch
      );
    },
  },
  {
    name: 'Ackley-4',
    noise: 0,
    heldOut: false,
    parameters: unitSpace(4),
    score: (assignment) => -ackley(unitPoint(assignment, 4).map((u, axis) => 10 * (u - 0.3 - 0.1 * axis))),
  },
  {
    name: 'noisy valley',
    noise: 0.02,
    heldOut: false,
    parameters: [
      parameter('eps_max', oneOf(0.05, 0.1, 0.15, 0.2, 0.25, 0.3)),
      parameter('eps_n', oneOf(1000, 2000, 5000, 10_000, 20_000, 30_000)),
      parameter('lr', logarithmic(1e-4, 1e-2)),
      parameter('batch_size', oneOf(256, 512, 1024, 2048)),
    ],
    score: (assignment) =>
      -denoisingRegret(get(assignment, 'lr'), get(assignment, 'eps_max'), get(assignment, 'eps_n')),
  },
  {
    name: 'Hartmann-3',
    noise: 0,
    heldOut: true,
    parameters: unitSpace(3),
    score: (assignment) => -hartmann(HARTMANN3, unitPoint(assignment, 3)),
  },
  {
    name: 'nested conditions',
    noise: 0,
    heldOut: true,
    parameters: [
      parameter('negatives', oneOf(1, 2, 4)),
      parameter('mlp_layers', oneOf(1, 2, 3)),
      parameter('dropout', linear(0, 0.9), { parent: 'mlp_layers', values: [2, 3] }),
      parameter('hidden', logarithmic(16, 1024, true), { parent: 'mlp_layers', values: [3] }),
      parameter(
        'corruption',
        linear(0, 0.9),
        { parent: 'negatives', values: [4] },
        { parent: 'mlp_layers', values: [3] },
      ),
      parameter('lr', logarithmic(1e-5, 1e-1)),
    ],
    score(assignment) {
      const layers = get(assignment, 'mlp_layers');
      const negatives = get(assignment, 'negatives');
      const rate = along(get(assignment, 'lr'), 1e-5, 1e-1) - 0.45 - 0.05 * layers;
      const dropped = layers > 1 ? (get(assignment, 'dropout') - 0.4) ** 2 : 0.15;
      const width = layers > 2 ? (along(get(assignment, 'hidden'), 16, 1024) - 0.7) ** 2 : 0.1;
      const corrupted = layers > 2 && negatives === 4 ? (get(assignment, 'corruption') - 0.25) ** 2 : 0.12;
      return -(4 * rate * rate + dropped + width + corrupted + 0.02 * Math.abs(negatives - 4));
    },
  },
];
