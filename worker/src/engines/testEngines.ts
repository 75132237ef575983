/** The engines of this machine, for suites that hold all of them to one contract. */
import type { Engine } from './engine.js';
import { nativeEngine } from './native/nativeEngine.js';
import { loadBackend } from './tfjs/backend.js';
import { tfjsEngine } from './tfjs/tfjsEngine.js';

export type TestEngine = {
  name: string;
  engine: Engine;
  /** The same training gives the same bits; a GPU adds in any order. */
  isRepeatable: boolean;
  /** ... on any number of threads, too. */
  hasThreads: boolean;
};

/** Says on the console which are missing, and why. */
export async function testEngines(suite: string): Promise<TestEngine[]> {
  const rows: TestEngine[] = [];
  const native = nativeEngine();
  if (native.ok) rows.push({ name: 'native', engine: native.engine, isRepeatable: true, hasThreads: true });
  else console.log(`${suite}: native skipped, ${native.reason}`);
  const tfjs = await loadBackend();
  if (tfjs.ok) {
    const isRepeatable = ['wasm', 'cpu'].includes(tfjs.backend.name);
    rows.push({ name: 'tfjs', engine: tfjsEngine(tfjs.backend), isRepeatable, hasThreads: false });
  }
  return rows;
}
