/** Where measurements are kept, and how they are written. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import { ROOT } from './peers.js';

export const RESULTS = join(ROOT, 'test/bench/results');

type Origin = { command: string; machine: Machine };
export type Measured = Origin & {
  result: unknown;
  /** Parts that were measured again after the others, by name. */
  parts?: Record<string, Origin>;
};

export function saveResult(name: string, result: unknown): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(pathOf(name), `${JSON.stringify(result, null, 2)}\n`);
}

/** Keeps what the file has of other parts. */
export function saveParts(name: string, newer: Measured): void {
  const known = existsSync(pathOf(name)) ? JSON.parse(readFileSync(pathOf(name), 'utf8')) : null;
  saveResult(name, known === null ? newer : withParts(known as Measured, newer));
}

/** A result with some of its parts measured anew, each with where it comes from. */
export function withParts(known: Measured, { command, machine, result }: Measured): Measured {
  const origins = Object.keys(result as object).map((part) => [part, { command, machine }]);
  return {
    ...known,
    result: { ...(known.result as object), ...(result as object) },
    parts: { ...known.parts, ...Object.fromEntries(origins) },
  };
}

function pathOf(name: string): string {
  return join(RESULTS, `${name}.json`);
}
