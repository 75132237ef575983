/** Coordinators that serve just now, and how many changes each has told the others. */
import type { Database } from '@adt/prisma/client';

/** Without a sign for so long one counts as gone; signs are a third of it apart. */
const GONE_AFTER_MS = 15_000;

const MEET = `
  WITH mine AS (
    INSERT INTO coordinator AS c (holder, told) VALUES ($1, $2)
    ON CONFLICT (holder) DO UPDATE SET told = $2, seen_at = clock_timestamp()
      WHERE c.told <> $2 OR c.seen_at < clock_timestamp() - $3::float8 / 3 * interval '1 ms'
  )
  SELECT holder, told::float8 AS told FROM coordinator
  WHERE holder <> $1 AND seen_at > clock_timestamp() - $3::float8 * interval '1 ms'`;

/** Says how many changes this one has told. @returns the same of the others, by holder */
export async function meetCoordinators(
  db: Database,
  own: { holder: string; told: number },
): Promise<Map<string, number>> {
  const { rows } = await db.pool.query<{ holder: string; told: number }>({
    name: 'meet-coordinators',
    text: MEET,
    values: [own.holder, own.told, GONE_AFTER_MS],
  });
  return new Map(rows.map(({ holder, told }) => [holder, told]));
}

/** Gone for good: the others need not wait for the silence. */
export async function leaveCoordinators(db: Database, holder: string): Promise<void> {
  await db.pool.query('DELETE FROM coordinator WHERE holder = $1', [holder]);
}
