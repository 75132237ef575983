/** Where well-known data sets come from, and under which terms, by what their source says. Pure. */

/** As their makers state them; a data set that is none of these says nothing. */
const KNOWN = [
  { pattern: /\b(ml-?1m|movielens|ml-?100k|ml-?10m)/i, licence: 'GroupLens: research, no redistribution' },
  { pattern: /\badressa/i, licence: 'Adressa: CC BY-NC-SA 4.0' },
  { pattern: /\byelp/i, licence: 'Yelp Dataset: academic use' },
  { pattern: /generator|synthetic/i, licence: 'generated: none needed' },
] as const;

/** Null where it is not known. @param dataset its name and what its header says of its source */
export function licenceOf({ name, source }: { name: string; source: string }): string | null {
  return KNOWN.find(({ pattern }) => pattern.test(name) || pattern.test(source))?.licence ?? null;
}
