/** Bench of the platform: dispatch, metrics, live updates, idle workers, a hundred thousand trials; workers are simulated. */
import { benchDispatch } from './dispatchPart.js';
import { benchHundredThousand } from './hundredThousandPart.js';
import { benchIdle } from './idlePart.js';
import { benchLive } from './livePart.js';
import { benchMetrics } from './metricsPart.js';
import { openRig, type Rig } from './rig.js';

type Log = (line: string) => void;
/** Null: as the goals say. */
export type Size = { trials: number | null; minutes: number | null };

/** Each on a platform of its own. */
const PARTS = {
  dispatch: (rig: Rig, { trials }: Size) => benchDispatch(rig, { trials: trials ?? 10_000 }),
  metrics: (rig: Rig, { minutes }: Size) => benchMetrics(rig, { seconds: secondsOf(minutes ?? 1) }),
  live: (rig: Rig, { minutes }: Size) => benchLive(rig, { seconds: secondsOf(minutes ?? 1) }),
  idle: (rig: Rig, { minutes }: Size) =>
    benchIdle(rig, [
      { workers: 200, seconds: secondsOf(minutes ?? 5) },
      { workers: 1_000, seconds: secondsOf(Math.min(minutes ?? 1, 1)) },
    ]),
  hundredThousand: (rig: Rig, { trials }: Size) => benchHundredThousand(rig, { trials: trials ?? 100_000 }),
};

export type PlatformPart = keyof typeof PARTS;
export const PLATFORM_PARTS = Object.keys(PARTS) as PlatformPart[];

/** @param profileDir the coordinator leaves a CPU profile of each part there; it is then no measurement */
export async function benchPlatform(params: {
  parts: readonly PlatformPart[];
  size: Size;
  profileDir?: string;
  log: Log;
}): Promise<Partial<Record<PlatformPart | 'postgres', unknown[]>>> {
  const { size, profileDir, log } = params;
  const result: Partial<Record<PlatformPart | 'postgres', unknown[]>> = {};
  for (const part of PLATFORM_PARTS.filter((name) => params.parts.includes(name))) {
    log(`${part} …`);
    const rig = await openRig({ profileDir, log });
    try {
      result.postgres = [rig.settings];
      result[part] = await PARTS[part](rig, size);
    } finally {
      await rig.stop();
    }
  }
  return result;
}

function secondsOf(minutes: number): number {
  return Math.max(1, Math.round(minutes * 60));
}
