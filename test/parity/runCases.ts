/** Runs every fixture of a folder through an engine. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Engine } from '@adt/worker/engines/engine';
import { type Deviation, worstDeviation } from './compare.js';
import { readFixture, replayCaseOf } from './fixture.js';

export type CaseResult = { outcome: 'passed' | 'failed' } & Deviation;

/** Fixture files of a folder, by name. @throws Error when there is none or it can't be read */
export function fixtureFiles(directory: string): string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  if (files.length === 0) throw new Error(`${directory}: no .json fixture`);
  return files.sort().map((name) => join(directory, name));
}

export function caseName(path: string): string {
  return basename(path, '.json');
}

/** @throws Error when the fixture can't be read */
export function runCase(engine: Engine, path: string): CaseResult {
  const fixture = readFixture(path);
  const deviation = worstDeviation(fixture, engine.replay(replayCaseOf(fixture)));
  return { outcome: deviation.ratio <= 1 ? 'passed' : 'failed', ...deviation };
}
