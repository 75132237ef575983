/** `when:` which parents a parameter hangs on, and the order in which parents come first. */
import { didYouMean } from '@adt/proto/nearest';
import {
  ARMS,
  type Arm,
  type Condition,
  type Parameter,
  type ParameterName,
  type Scalar,
} from './document.js';
import { at, type Findings, quote, refuse } from './finding.js';

/** What a condition may speak of: the values that each declared parameter can have; null where they are no list. */
export type Parents = ReadonlyMap<string, readonly Scalar[] | null>;

/** Every word an arm could have. A condition on one that the sweep leaves out is no error, only without effect. */
export type Vocabulary = Readonly<Record<Arm, readonly string[]>>;

/** Reads `{parent: value | [values], …}`; all must hold. */
export function readWhen(params: {
  value: unknown;
  path: string;
  parents: Parents;
  vocabulary: Vocabulary;
  findings: Findings;
}): Condition[] {
  const { value, path, parents, findings } = params;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(findings, path, `must be a mapping like {loss: T-CE} (got ${quote(value)})`);
    return [];
  }
  return Object.entries(value).flatMap(([parent, wanted]) => {
    const values = parents.get(parent);
    if (values === undefined || values === null) {
      refuse(findings, at(path, parent), whyNoParent(parent, parents));
      return [];
    }
    const arm = ARMS.find((name) => name === parent);
    const known = [...values, ...(arm === undefined ? [] : params.vocabulary[arm])];
    const list = Array.isArray(wanted) ? wanted : [wanted];
    if (list.length === 0) refuse(findings, at(path, parent), 'must name at least one value');
    const unknown = list.filter((item) => !known.includes(item));
    for (const item of unknown) refuse(findings, at(path, parent), whyNoValue(item, parent, values));
    return [{ parent: parent as ParameterName, values: list }];
  });
}

function whyNoParent(parent: string, parents: Parents): string {
  if (parents.has(parent)) return 'is a range: a condition needs a parameter with value or values';
  const discrete = [...parents].filter(([, values]) => values !== null).map(([name]) => name);
  return `is not among the parameters${didYouMean(parent, discrete) || `: known are ${discrete.join(', ')}`}`;
}

function whyNoValue(item: unknown, parent: string, values: readonly Scalar[]): string {
  const guess = typeof item === 'string' ? didYouMean(item, values.map(String)) : '';
  return `${parent} is never ${quote(item)}: it is one of ${values.slice(0, 12).join(', ')}${guess}`;
}

/** Parents before children, else as declared; a circle of conditions is refused. */
export function parentsFirst(parameters: readonly Parameter[], findings: Findings): Parameter[] {
  const open = new Map(parameters.map((parameter) => [parameter.name as string, parameter]));
  const ordered: Parameter[] = [];
  while (open.size > 0) {
    const ready = [...open.values()].find((parameter) =>
      parameter.when.every(({ parent }) => !open.has(parent)),
    );
    if (ready === undefined) {
      const circle = [...open.keys()].join(', ');
      for (const name of open.keys())
        refuse(findings, `parameters.${name}.when`, `hangs on itself, round the circle of ${circle}`);
      return ordered;
    }
    open.delete(ready.name);
    ordered.push(ready);
  }
  return ordered;
}
