/** Which engines this machine has, and which one trains. */
import { ENGINE_NAMES, type Engine, type EngineInfo, type EngineName } from './engine.js';
import { engineEnv } from './engineEnv.js';
import { nativeEngine } from './native/nativeEngine.js';
import type { BackendResult } from './tfjs/backendNames.js';
import { probeTfjs } from './tfjs/probe.js';

/** Why an engine does not load, and what to do about it. */
export type MissingEngine = { name: EngineName; reason: string };

/** No engine loads on this machine; the message says why not and what to do. */
export class NoEngineError extends Error {
  readonly code = 'NO_ENGINE';
}

/**
 * Tries every engine, best first; tfjs in a process of its own, so that this one keeps clear of GPUs.
 * @throws EnvError when ADT_TFJS_BACKEND names nothing
 */
export async function findEngines(): Promise<{ found: EngineInfo[]; missing: MissingEngine[] }> {
  const tried = [findNative(), await findTfjs()];
  return {
    found: tried.filter((engine) => 'version' in engine),
    missing: tried.filter((engine) => 'reason' in engine),
  };
}

function findNative(): EngineInfo | MissingEngine {
  const native = nativeEngine();
  return native.ok ? native.engine.info : { name: 'native', reason: native.reason };
}

async function findTfjs(): Promise<EngineInfo | MissingEngine> {
  const result = await probeTfjs(engineEnv().tfjsBackend).catch((error: Error) => error);
  if (result instanceof Error) return { name: 'tfjs', reason: result.message };
  if (!result.ok) return { name: 'tfjs', reason: reasonsOf(result) };
  const { version, device } = result.backend;
  return { name: 'tfjs', version, device };
}

/** Every engine that loads and that ADT_ENGINE lets train, best first. */
export async function listEngines(): Promise<EngineInfo[]> {
  const { engine: wanted } = engineEnv();
  const { found } = await findEngines();
  return found.filter(({ name }) => wanted === undefined || name === wanted);
}

export type OpenEngineParams = {
  /** Absent: what ADT_ENGINE says, else the best that loads. */
  name?: EngineName;
  /** Told in one line when another engine takes over from a better one. */
  note?: (line: string) => void;
};

/**
 * Loads an engine into this process.
 * @throws NoEngineError with the reason of each that was tried
 * @throws EnvError when ADT_ENGINE or ADT_TFJS_BACKEND names nothing
 */
export async function openEngine({ name, note }: OpenEngineParams = {}): Promise<Engine> {
  const env = engineEnv();
  const wanted = name ?? env.engine;
  const failures: string[] = [];
  for (const candidate of wanted === undefined ? ENGINE_NAMES : [wanted]) {
    const opened = await open(candidate, env.tfjsBackend);
    if (typeof opened === 'string') {
      failures.push(`${candidate}: ${opened}`);
      continue;
    }
    if (failures.length > 0) note?.(`${failures.join('; ')}; ${describe(opened.info)} takes over`);
    return opened;
  }
  throw new NoEngineError(`no training engine loads: ${failures.join('; ')}`);
}

/** The engine, or why it does not load. */
async function open(
  name: EngineName,
  backend: ReturnType<typeof engineEnv>['tfjsBackend'],
): Promise<Engine | string> {
  switch (name) {
    case 'native': {
      const native = nativeEngine();
      return native.ok ? native.engine : native.reason;
    }
    case 'tfjs': {
      // Loaded on demand: TensorFlow.js takes a fifth of a second and 40 MB, which native training need not pay.
      const [{ loadBackend }, { tfjsEngine }] = await Promise.all([
        import('./tfjs/backend.js'),
        import('./tfjs/tfjsEngine.js'),
      ]);
      const result = await loadBackend(backend);
      return result.ok ? tfjsEngine(result.backend) : reasonsOf(result);
    }
    default:
      throw new Error(`no such engine: ${name satisfies never}`);
  }
}

function describe({ name, version, device }: EngineInfo): string {
  return `${name} ${version} on ${device}`;
}

function reasonsOf({ skipped }: Extract<BackendResult, { ok: false }>): string {
  return skipped.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
}
