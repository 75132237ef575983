/** Every configuration of a discrete space: counted without listing it, and listed in a fixed order. */
import type { Hyperparameter } from '@adt/proto/trainingConfig';
import type { Domain, Parameter, Range } from './document.js';

/** Values of the active parameters; the inactive ones are absent. */
export type Assignment = Partial<Record<Hyperparameter, number>>;

/** Branches of conditions that are looked at before a space is simply called endless. */
const MAX_BRANCHES = 100_000;

/** Exact number of configurations; Infinity where a range is continuous or the conditions branch past counting. */
export function countConfigurations(parameters: readonly Parameter[]): number {
  let branches = 0;
  const countFrom = (index: number, chosen: Assignment): number => {
    const parameter = parameters[index];
    if (parameter === undefined) return 1;
    if (!isActive(parameter, chosen)) return countFrom(index + 1, chosen);
    let total = 0;
    for (const { value, alike } of branchesOf(parameter, parameters)) {
      if (++branches > MAX_BRANCHES) return Number.POSITIVE_INFINITY;
      total += alike * countFrom(index + 1, { ...chosen, [parameter.name]: value });
    }
    return total;
  };
  return countFrom(0, {});
}

/** Configurations in order: the first parameter varies slowest. Only for a countable space of reasonable size. */
export function* expandGrid(
  parameters: readonly Parameter[],
  chosen: Assignment = {},
): Generator<Assignment> {
  const [parameter, ...rest] = parameters;
  if (parameter === undefined) {
    yield chosen;
    return;
  }
  if (!isActive(parameter, chosen)) {
    yield* expandGrid(rest, chosen);
    return;
  }
  for (let index = 0; index < domainSize(parameter.domain); index++)
    yield* expandGrid(rest, { ...chosen, [parameter.name]: valueAt(parameter.domain, index) });
}

export function isActive({ when }: Parameter, chosen: Assignment): boolean {
  return when.every(({ parent, values }) => {
    const value = chosen[parent as Hyperparameter];
    return value !== undefined && values.includes(value);
  });
}

/** Infinity for a continuous range. */
export function domainSize(domain: Domain): number {
  if (domain.kind === 'choice') return domain.values.length;
  if (domain.step === null && !domain.integer) return Number.POSITIVE_INFINITY;
  // A billionth of slack: 0.05 to 0.3 by 0.05 is six values although (0.3 - 0.05) / 0.05 is 4.999….
  return Math.floor(((domain.high - domain.low) / (domain.step ?? 1)) * (1 + 1e-9)) + 1;
}

/** The index-th value of a discrete domain, from 0. */
export function valueAt(domain: Domain, index: number): number {
  if (domain.kind === 'range') return stepped(domain, index);
  const value = domain.values[index];
  if (value === undefined) throw new RangeError(`value ${index} of ${domain.values.length}`);
  return value;
}

/** Free of the tail that adding steps leaves: 0.15, not 0.15000000000000002. */
function stepped({ low, high, step }: Range, index: number): number {
  return Math.min(Number((low + index * (step ?? 1)).toPrecision(12)), high);
}

type Branch = { value: number | undefined; alike: number };

/** A parameter's values, those that no condition tells apart taken together. */
function branchesOf({ name, domain }: Parameter, parameters: readonly Parameter[]): Branch[] {
  const conditions = parameters.flatMap(({ when }) => when.filter(({ parent }) => parent === name));
  if (domain.kind === 'range' || conditions.length === 0)
    return [{ value: undefined, alike: domainSize(domain) }];
  const branches = new Map<string, Branch>();
  for (const value of domain.values) {
    const signature = conditions.map(({ values }) => Number(values.includes(value))).join('');
    const known = branches.get(signature);
    branches.set(signature, { value, alike: (known?.alike ?? 0) + 1 });
  }
  return [...branches.values()];
}
