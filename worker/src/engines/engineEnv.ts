/** What the environment says about engines: which one, which backend of tfjs, which build of the native one. */
import { z } from 'zod';
import { EnvError } from '../env.js';
import { ENGINE_NAMES, type EngineName } from './engine.js';
import { BACKENDS, type BackendName } from './tfjs/backendNames.js';

export type EngineEnv = {
  /** ADT_ENGINE; absent: the best that loads. */
  engine?: EngineName;
  /** ADT_TFJS_BACKEND; absent: the fastest that loads. */
  tfjsBackend?: BackendName;
};

const shape = z.object({
  ADT_ENGINE: z.enum(ENGINE_NAMES, `must be ${ENGINE_NAMES.join(' or ')}`).optional(),
  ADT_TFJS_BACKEND: z.enum(BACKENDS, `must be one of ${BACKENDS.join(', ')}`).optional(),
});

/** @throws EnvError naming the variable that is off */
export function engineEnv(env: NodeJS.ProcessEnv = process.env): EngineEnv {
  const { ADT_ENGINE, ADT_TFJS_BACKEND } = env;
  // A variable set to nothing counts as not set.
  const given = { ADT_ENGINE: ADT_ENGINE || undefined, ADT_TFJS_BACKEND: ADT_TFJS_BACKEND || undefined };
  const parsed = shape.safeParse(given);
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`).join('; '),
    );
  }
  return { engine: parsed.data.ADT_ENGINE, tfjsBackend: parsed.data.ADT_TFJS_BACKEND };
}

/** ADT_NATIVE_ADDON: a build of the add-on to load instead of ours, say an instrumented one; undefined: not set. */
export function nativeAddonPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env.ADT_NATIVE_ADDON || undefined;
}
