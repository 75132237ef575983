/** The engines that are held to the fixtures: the one that is named, or all that load. */
import type { Engine, EngineName } from '@adt/worker/engines/engine';
import { findEngines, type MissingEngine, NoEngineError, openEngine } from '@adt/worker/engines/registry';

/**
 * @param name absent: every engine, best first; those that do not load are missing, with the reason
 * @throws NoEngineError when the named one does not load, or none
 */
export async function openEngines(
  name?: EngineName,
): Promise<{ engines: Engine[]; missing: MissingEngine[] }> {
  if (name !== undefined) return { engines: [await openEngine({ name })], missing: [] };
  const { found, missing } = await findEngines();
  if (found.length === 0) {
    const reasons = missing.map((engine) => `${engine.name}: ${engine.reason}`);
    throw new NoEngineError(`no training engine loads: ${reasons.join('; ')}`);
  }
  const engines: Engine[] = [];
  for (const engine of found) engines.push(await openEngine({ name: engine.name }));
  return { engines, missing };
}
