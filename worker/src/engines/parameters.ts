/** Each model's parameters: names and shapes as in the parity fixtures, and what a training starts with. */
import type { Loss } from '@adt/proto/trainingConfig';
import type { Model, Parameters } from './engine.js';
import { normals4, philox, STREAM, unitDraw } from './rng.js';

/** A model with its own sizes; data set sizes come beside it. */
export type Architecture =
  | { model: 'GMF'; factors: number }
  /** GMF with an output layer a task, which the loss NMTR asks for. */
  | { model: 'NMTR'; factors: number }
  | { model: 'NeuMF'; factors: number; mlpLayers: number; dropout: number }
  | { model: 'CDAE'; hidden: number; corruption: number };

/**
 * The architecture that a configuration or a fixture's sizes describe; NMTR is a loss, and has one of its own.
 * @throws RangeError when one of the model's own sizes is missing
 */
export function architectureOf({
  model,
  loss,
  factors,
  mlpLayers,
  dropout = 0,
  hidden,
  corruption,
}: {
  model: Model;
  loss: Loss;
  factors: number;
  mlpLayers?: number;
  dropout?: number;
  hidden?: number;
  corruption?: number;
}): Architecture {
  if (loss === 'NMTR') return { model: loss, factors };
  switch (model) {
    case 'GMF':
      return { model, factors };
    case 'NeuMF':
      if (mlpLayers === undefined) throw new RangeError('NeuMF needs mlpLayers');
      return { model, factors, mlpLayers, dropout };
    case 'CDAE':
      if (hidden === undefined || corruption === undefined)
        throw new RangeError('CDAE needs hidden and corruption');
      return { model, hidden, corruption };
    default:
      throw new Error(`no such model: ${model satisfies never}`);
  }
}

export type ParameterSpec = {
  name: string;
  /** (rows, columns) of a table whose rows belong to users or items, else of a dense layer. */
  shape: readonly number[];
  /** One row a user or item: a batch touches few of them. */
  isTable: boolean;
  initial: Initial;
};

/** `round` names a parameter's draws in the stream `init`; it is the same wherever the parameter occurs. */
type Initial =
  | { kind: 'normal'; deviation: number; round: number }
  | { kind: 'uniform'; bound: number; round: number }
  | { kind: 'zero' };

const ROUND = {
  userGmf: 0,
  itemGmf: 1,
  outW: 2,
  userMlp: 3,
  itemMlp: 4,
  itemIn: 5,
  userIn: 6,
  itemOut: 7,
  outW2: 64,
};
/** Layer l of the tower draws at round 8 + l. */
const FIRST_MLP_ROUND = 8;
const EMBEDDING_DEVIATION = 0.01;

/** In the order of the fixtures' `shapes`. */
export function parameterSpecs(
  architecture: Architecture,
  { users, items }: { users: number; items: number },
): ParameterSpec[] {
  switch (architecture.model) {
    case 'GMF': {
      const { factors } = architecture;
      return [...gmfTables(users, items, factors), ...outputLayer(factors)];
    }
    case 'NMTR': {
      const { factors } = architecture;
      return [...gmfTables(users, items, factors), ...outputLayer(factors), ...secondOutput(factors)];
    }
    case 'NeuMF': {
      const { factors, mlpLayers } = architecture;
      const width = factors * 2 ** (mlpLayers - 1);
      return [
        ...gmfTables(users, items, factors),
        embedding('userMlp', users, width),
        embedding('itemMlp', items, width),
        ...Array.from({ length: mlpLayers }, (_, layer) => towerLayer(layer, width)).flat(),
        ...outputLayer(2 * factors),
      ];
    }
    case 'CDAE': {
      const { hidden } = architecture;
      const deviation = Math.sqrt(2 / (items + hidden));
      return [
        embedding('itemIn', items, hidden, deviation),
        embedding('userIn', users, hidden, deviation),
        bias('hiddenB', hidden),
        embedding('itemOut', items, hidden, deviation),
        { ...bias('itemOutB', items), isTable: true },
      ];
    }
    default:
      throw new Error(`no such model: ${architecture satisfies never}`);
  }
}

function gmfTables(users: number, items: number, factors: number): ParameterSpec[] {
  return [embedding('userGmf', users, factors), embedding('itemGmf', items, factors)];
}

function embedding(
  name: Exclude<keyof typeof ROUND, 'outW' | 'outW2'>,
  rows: number,
  columns: number,
  deviation = EMBEDDING_DEVIATION,
): ParameterSpec {
  const initial = { kind: 'normal', deviation, round: ROUND[name] } as const;
  return { name, shape: [rows, columns], isTable: true, initial };
}

/** Layer `layer` halves what it reads: 2w, then w, then w / 2, where w is the width of an embedding. */
function towerLayer(layer: number, width: number): ParameterSpec[] {
  const fanIn = (2 * width) / 2 ** layer;
  const fanOut = fanIn / 2;
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  const initial = { kind: 'uniform', bound, round: FIRST_MLP_ROUND + layer } as const;
  return [
    { name: `mlpW${layer}`, shape: [fanOut, fanIn], isTable: false, initial },
    bias(`mlpB${layer}`, fanOut),
  ];
}

function outputLayer(fanIn: number): ParameterSpec[] {
  const initial = { kind: 'uniform', bound: Math.sqrt(3 / fanIn), round: ROUND.outW } as const;
  return [{ name: 'outW', shape: [fanIn], isTable: false, initial }, bias('outB', 1)];
}

/** Of NMTR's second task. */
function secondOutput(factors: number): ParameterSpec[] {
  const initial = { kind: 'uniform', bound: Math.sqrt(3 / factors), round: ROUND.outW2 } as const;
  return [{ name: 'outW2', shape: [factors], isTable: false, initial }, bias('outB2', 1)];
}

function bias(name: string, size: number): ParameterSpec {
  return { name, shape: [size], isTable: false, initial: { kind: 'zero' } };
}

export function sizeOf({ shape }: ParameterSpec): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The values that a training with this seed starts from. */
export function initialValues(spec: ParameterSpec, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(spec));
  const { initial } = spec;
  if (initial.kind === 'normal') fillNormal(values, initial, seed);
  if (initial.kind === 'uniform') {
    const bound = Math.fround(initial.bound);
    for (const at of values.keys()) {
      values[at] = bound * Math.fround(2 * unitDraw(seed, at, initial.round, STREAM.init) - 1);
    }
  }
  return values;
}

/** Element e is normal e % 4 of draw (index, block) = low and high half of ⌊e / 4⌋. */
function fillNormal(
  values: Float32Array,
  { deviation, round }: { deviation: number; round: number },
  seed: number,
): void {
  const factor = Math.fround(deviation);
  const draw = new Uint32Array(4);
  const normals = new Float32Array(4);
  for (let at = 0; at < values.length; at += 4) {
    const quad = at / 4;
    philox(seed, quad % 2 ** 32, Math.floor(quad / 2 ** 32), round, STREAM.init, draw);
    normals4(draw, normals);
    for (let n = 0; n < 4 && at + n < values.length; n += 1) values[at + n] = factor * (normals[n] as number);
  }
}

/** @throws RangeError with the parameter whose size is off */
export function checkParameters(parameters: Parameters, specs: readonly ParameterSpec[]): void {
  for (const spec of specs) {
    const given = parameters[spec.name]?.length ?? 0;
    if (given !== sizeOf(spec))
      throw new RangeError(`${spec.name}: ${given} values, expected ${sizeOf(spec)}`);
  }
}
