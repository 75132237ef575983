/** What a stored sweep file says without being compiled: how it confirms, or how it could, and what it searches. Pure. */
import { parseSpec, type SpecText } from './parse.js';
import { readSeeds } from './seeds.js';

/** What to run where nothing is said: ten pairs can decide among 25 comparisons. */
const COUNT = 10;
const BASE = 2019;

/**
 * @returns a `seeds:` block in YAML to put in the place of the file's own; null: the file has a confirmation
 * @throws Error for a text that is not a sweep file: what is stored was one when it was submitted
 */
export function confirmationAdvice(text: SpecText): string | null {
  const { seeds, samplerSeed, confirm } = readSeeds(blockOf(text, 'seeds'), []);
  if (confirm !== null) return null;
  const sampler = samplerSeed === 1 ? [] : [`  sampler: ${samplerSeed}`];
  return [
    'seeds:',
    `  search: [${seeds.join(', ')}]`,
    ...sampler,
    `  confirm: {count: ${COUNT}, base: ${freshBase(seeds)}}`,
  ].join('\n');
}

/** Names under `parameters`, in the order of the file. @throws Error as above */
export function parameterNames(text: SpecText): string[] {
  return Object.keys(blockOf(text, 'parameters') ?? {});
}

function blockOf(text: SpecText, key: string): unknown {
  const parsed = parseSpec(text);
  if (!parsed.ok) throw new Error(`the stored sweep file can't be read: ${parsed.message}`);
  return (parsed.value as Record<string, unknown> | null)?.[key];
}

/** The first run of COUNT seeds from BASE on that the search has not used. */
function freshBase(used: readonly number[]): number {
  const isFree = (base: number) => used.every((seed) => seed < base || seed >= base + COUNT);
  return (
    [BASE, ...used.map((seed) => seed + 1)]
      .filter((base) => base >= BASE && isFree(base))
      .sort((a, b) => a - b)[0] ?? BASE
  );
}
