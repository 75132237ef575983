/** What spans the strata of an imported sweep: data sets, models and losses, said or told from the rest. */
import { type Loss, MODELS, type Model, PARAMETER_OF_LOSS } from '@adt/proto/trainingConfig';
import { quote } from '../finding.js';
import { HYPERPARAMETERS } from '../parameters.js';
import type { Mapping } from '../read.js';
import { lossOf, modelOf } from './names.js';
import { type Notes, note } from './note.js';

/** One parameter of the file, nesting undone. */
export type Leaf = { path: string; word: string; entry: Mapping };

/** The losses by name, else those whose parameters are searched, else what the script is called. */
export function lossesOf(found: ReadonlyMap<string, Leaf>, program: string, notes: Notes): Loss[] {
  const leaf = found.get('loss');
  if (leaf !== undefined) return wordsOf(leaf, lossOf, 'a loss here: CE, T-CE, R-CE, clean, NR, NMTR', notes);
  const owned = HYPERPARAMETERS.filter((name) => found.has(name)).flatMap(
    (name) => PARAMETER_OF_LOSS[name] ?? [],
  );
  const byProgram = lossOfProgram(program);
  const [losses, why]: [Loss[], string] =
    owned.length > 0
      ? [[...new Set(owned)], 'its parameters are there']
      : byProgram !== null
        ? [[byProgram], `the script is ${program}`]
        : [['CE'], 'no parameter of another is there'];
  note(notes, 'added', 'parameters.loss', `${losses.join(', ')}, for ${why}`);
  return losses;
}

/** The authors keep a script a loss: T_CE/main.py and R_CE/main.py. */
function lossOfProgram(program: string): Loss | null {
  const found = program.match(/(?<![a-z])([tr])[-_]?ce(?![a-z])/i)?.[1]?.toUpperCase();
  return found === undefined ? null : found === 'T' ? 'T-CE' : 'R-CE';
}

export function modelsOf(leaf: Leaf | undefined, notes: Notes): Model[] {
  if (leaf !== undefined) return wordsOf(leaf, modelOf, `a model here: ${MODELS.join(', ')}`, notes);
  note(notes, 'added', 'parameters.model', "GMF, the authors' default");
  return ['GMF'];
}

export function datasetsOf(leaf: Leaf | undefined, fallback: string | null, notes: Notes): string[] {
  if (leaf !== undefined) {
    const nameOf = (value: unknown) =>
      typeof value === 'string' && value !== '' ? value.toLowerCase() : null;
    return wordsOf(leaf, nameOf, 'the name of a data set', notes);
  }
  if (fallback === null)
    note(notes, 'refused', 'parameters.dataset', 'is not in the file: say which data set to use');
  else note(notes, 'added', 'parameters.dataset', `${fallback}, as asked`);
  return fallback === null ? [] : [fallback];
}

function wordsOf<Word extends string>(
  { path, entry }: Leaf,
  read: (value: unknown) => Word | null,
  what: string,
  notes: Notes,
): Word[] {
  const values = listed(entry);
  if (values === null) {
    note(notes, 'refused', path, 'needs value or values: it spans the strata');
    return [];
  }
  const words = values.flatMap((value) => {
    const word = read(value);
    if (word === null) note(notes, 'refused', path, `${quote(value)} is not ${what}`);
    else if (word !== value) note(notes, 'translated', path, `${quote(value)} is ${word} here`);
    return word ?? [];
  });
  return [...new Set(words)];
}

/** Of `value` or `values`; null where there is neither. */
export function listed({ value, values }: Mapping): unknown[] | null {
  if (value !== undefined) return [value];
  return Array.isArray(values) ? values : null;
}
