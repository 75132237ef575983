/** One run of one fault: worlds, injection, the invariants at rest, and what is kept when they don't hold. */
import type { Databases } from './databases.js';
import type { Fault, Figure, Verdict } from './fault.js';
import { checkAtRest } from './invariants.js';
import { seededRandom } from './random.js';
import { Broken } from './until.js';
import { openWorld, type World } from './world.js';

/**
 * Never rejects: whatever goes wrong is a finding.
 * @param keepLogs also where the fault is held
 */
export async function runFault(
  fault: Fault,
  seed: number,
  databases: Databases,
  keepLogs = false,
): Promise<Verdict> {
  const why = (await fault.skip?.()) ?? null;
  if (why !== null) return { kind: 'skipped', why };
  const began = performance.now();
  const worlds: World[] = [];
  const figures: Figure[] = [];
  const findings: string[] = [];
  try {
    await fault.run({
      random: seededRandom(seed, fault.name),
      async world(options = {}) {
        const world = await openWorld(fault.name, options, databases);
        worlds.push(world);
        return world;
      },
      figure: (name, value, unit) => void figures.push({ name, value, unit }),
      databases,
    });
  } catch (error) {
    findings.push(wordsOf(error));
  }
  for (const world of worlds) {
    await checkAtRest(world).then(
      (found) => findings.push(...found),
      (error) => findings.push(`the invariants could not be asked: ${wordsOf(error)}`),
    );
  }
  const isBroken = findings.length > 0;
  for (const world of worlds) {
    await world
      .close(isBroken || keepLogs)
      .catch((error) => findings.push(`the world did not end: ${wordsOf(error)}`));
  }
  const seconds = (performance.now() - began) / 1_000;
  const folders = findings.length > 0 || keepLogs ? worlds.map(({ folder }) => folder) : [];
  if (findings.length === 0) return { kind: 'held', seconds, figures, folders };
  return { kind: 'broken', seconds, figures, findings, folders };
}

function wordsOf(error: unknown): string {
  if (error instanceof Broken) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
