/** `npm run seed-large -- postgres://… [trials] [points a trial]`: a sweep to look at the dashboard with. */
import { openDatabase } from '@adt/prisma/client';
import { LARGE, seedSweep } from './seedSweep.js';

const [url, trials, points] = process.argv.slice(2);
if (url === undefined || ![trials, points].every((text) => text === undefined || /^\d{1,7}$/.test(text))) {
  process.stderr.write('usage: npm run seed-large -- postgres://… [trials] [points a trial]\n');
  process.exitCode = 2;
} else {
  const db = openDatabase({ url, connectionLimit: 1, queryTimeoutMs: 600_000 });
  const size = { trials: Number(trials ?? LARGE.trials), points: Number(points ?? LARGE.points) };
  const sweepId = await seedSweep(db, size, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`sweep ${sweepId}\n`);
  await db.close();
}
