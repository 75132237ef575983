/** Bench of the dashboard: from a click to the pixels, with a large sweep in a real Postgres. */
import { openDashboardRig } from './dashboardRig.js';
import { LARGE, seedSweep } from './seedSweep.js';
import { benchTable } from './tablePart.js';

export async function benchDashboard(log: (line: string) => void): Promise<Record<string, unknown[]>> {
  const rig = await openDashboardRig(log);
  try {
    const began = performance.now();
    const sweepId = await seedSweep(rig.rig.db, LARGE, log);
    const seedSeconds = Math.round((performance.now() - began) / 1000);
    const seeded = { ...LARGE, points: LARGE.trials * LARGE.points, seedSeconds };
    const measured = await benchTable(rig, sweepId);
    return { seeded: [{ ...seeded, chromium: rig.chromium }], ...measured, postgres: [rig.rig.settings] };
  } finally {
    await rig.stop();
  }
}
