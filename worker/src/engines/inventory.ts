/** All that could train on this machine, taken or not, and what is missing: for people to read. */
import type { EngineName } from './engine.js';
import { type EngineEnv, engineEnv } from './engineEnv.js';
import { nativeEngine } from './native/nativeEngine.js';
import { BACKENDS, type BackendName } from './tfjs/backendNames.js';
import { probeTfjs } from './tfjs/probe.js';

/** What loads has a version and a device, the rest a reason with what to do about it. */
type State = { version: string; device: string; reason: null } | Missing;
type Missing = { version: null; device: null; reason: string };

export type BackendReport = { name: BackendName; isUsed: boolean } & State;
/** `trains`: when nobody asks for another; `backends`: of tfjs, those that were tried, fastest first. */
export type EngineReport = { name: EngineName; trains: boolean; backends: BackendReport[] } & State;

/**
 * Every engine, best first, and every backend of tfjs, each in a process of its own: TensorFlow's two packages can't
 * share one, and one that crashes takes only its own process along.
 * @throws EnvError when ADT_ENGINE or ADT_TFJS_BACKEND names nothing
 */
export async function takeInventory(env: EngineEnv = engineEnv()): Promise<EngineReport[]> {
  const engines = [inspectNative(), await inspectTfjs(env.tfjsBackend)];
  const best = engines.find(({ name, reason }) => reason === null && name === (env.engine ?? name));
  return engines.map((engine) => ({ trains: engine === best, ...engine }));
}

type Inspected = Omit<EngineReport, 'trains'> & State;

function inspectNative(): Inspected {
  const native = nativeEngine();
  if (!native.ok) return { name: 'native', backends: [], ...missing(native.reason) };
  const { version, device } = native.engine.info;
  return { name: 'native', backends: [], version, device, reason: null };
}

async function inspectTfjs(forced: BackendName | undefined): Promise<Inspected> {
  const names = forced === undefined ? BACKENDS : [forced];
  const states = await Promise.all(names.map(inspectBackend));
  const used = states.findIndex(({ reason }) => reason === null);
  const backends = names.map(
    (name, at): BackendReport => ({ name, isUsed: at === used, ...(states[at] as State) }),
  );
  return { name: 'tfjs', backends, ...(states[used] ?? missing('none of its backends loads')) };
}

async function inspectBackend(name: BackendName): Promise<State> {
  const result = await probeTfjs(name).catch((error: Error) => error);
  if (result instanceof Error) return missing(result.message);
  if (!result.ok) return missing(result.skipped.map(({ reason }) => reason).join('; '));
  const { version, device } = result.backend;
  return { version, device, reason: null };
}

function missing(reason: string): Missing {
  return { version: null, device: null, reason };
}
