/** Which engines this machine has, and which one trains. */
import type { Engine, EngineInfo } from './engine.js';
import { nativeEngine } from './native/nativeEngine.js';

/** Why an engine does not load, and what to do about it. */
export type MissingEngine = { name: EngineInfo['name']; reason: string };

/** No engine loads on this machine; the message says why not and what to do. */
export class NoEngineError extends Error {
  readonly code = 'NO_ENGINE';
}

/** Every engine that loads, best first. */
export async function listEngines(): Promise<EngineInfo[]> {
  const native = nativeEngine();
  return native.ok ? [native.engine.info] : [];
}

/** Every engine that does not load. */
export async function listMissingEngines(): Promise<MissingEngine[]> {
  const native = nativeEngine();
  return native.ok ? [] : [{ name: 'native', reason: native.reason }];
}

/**
 * The best engine that loads.
 * @throws NoEngineError with the reason of each that does not
 */
export async function openEngine(): Promise<Engine> {
  const native = nativeEngine();
  if (native.ok) return native.engine;
  throw new NoEngineError(`no training engine loads: native: ${native.reason}`);
}
