/** The embedded servers of one machine: their own port, their own folder, and an end that follows ours. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase } from '../harness/postgres.js';

test('every test database is migrated, empty and apart from the others', async () => {
  const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
  expect(one).not.toBe(other);
  const client = new pg.Client({ connectionString: one });
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS sweeps FROM sweep');
  await client.end();
  expect(rows).toEqual([{ sweeps: 0 }]);
});
