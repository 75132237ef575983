/** What the environment says about engines: which one, which backend of tfjs, which build of the native one. */
import { EnvError } from '../envError.js';
import { ENGINE_NAMES, type EngineName } from './engine.js';
import { BACKENDS, type BackendName } from './tfjs/backendNames.js';

export type EngineEnv = {
  /** ADT_ENGINE; absent: the best that loads. */
  engine?: EngineName;
  /** ADT_TFJS_BACKEND; absent: the fastest that loads. */
  tfjsBackend?: BackendName;
};

/** @throws EnvError naming every variable that is off */
export function engineEnv(env: NodeJS.ProcessEnv = process.env): EngineEnv {
  const faults: string[] = [];
  const engine = choice(env, 'ADT_ENGINE', ENGINE_NAMES, faults);
  const tfjsBackend = choice(env, 'ADT_TFJS_BACKEND', BACKENDS, faults);
  if (faults.length > 0) throw new EnvError(faults.join('; '));
  return { engine, tfjsBackend };
}

/** A variable set to nothing counts as not set. By hand, since a schema would be 13 MB of each training's memory. */
function choice<T extends string>(
  env: NodeJS.ProcessEnv,
  name: string,
  choices: readonly T[],
  faults: string[],
): T | undefined {
  const given = env[name] || undefined;
  const found = choices.find((one) => one === given);
  if (given !== undefined && found === undefined) faults.push(`${name}: must be ${listed(choices)}`);
  return found;
}

function listed(choices: readonly string[]): string {
  return choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`;
}

/** ADT_NATIVE_ADDON: a build of the add-on to load instead of ours, say an instrumented one; undefined: not set. */
export function nativeAddonPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.ADT_NATIVE_ADDON || undefined;
}
