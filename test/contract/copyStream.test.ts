/** COPY as streams, against a real Postgres: every byte of many rows, whoever is slower, whatever breaks. */
import { setImmediate } from 'node:timers/promises';
import { copyIn, copyOut } from '@adt/coordinator/backup/copyStream';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';

const ROWS = 200_000;

let from: pg.Client;
let to: pg.Client;

beforeAll(async () => {
  const url = await createDatabase();
  [from, to] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  for (const client of [from, to]) {
    await client.connect();
    atEnd(() => client.end());
  }
  // Rows of all lengths, one longer than a block, with what text escapes, and nothing.
  await from.query(
    `CREATE TABLE a (n INT, t TEXT);
     INSERT INTO a SELECT n, CASE WHEN n % 7 = 0 THEN NULL ELSE repeat(E'ä\t\\n\\\\', n % 23) || n END
     FROM generate_series(1, ${ROWS}) n;
     INSERT INTO a VALUES (0, repeat('long', 50000));
     CREATE TABLE b (n INT UNIQUE, t TEXT)`,
  );
});

async function hashOf(table: string): Promise<string> {
  const { rows } = await from.query(
    `SELECT md5(string_agg(x::text, E'\n' ORDER BY n)) AS hash FROM ${table} x`,
  );
  return rows[0].hash;
}

/** A reader that lets others go first, so that the server is ahead of it. */
async function* slowly(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    await setImmediate();
    yield chunk;
  }
}

describe('COPY as streams', () => {
  it('carries every byte of many rows from one connection to another', async () => {
    const rows = copyOut(from, 'COPY a TO STDOUT');
    expect(await copyIn(to, 'COPY b FROM STDIN', slowly(rows))).toBe(ROWS + 1);
    expect(rows.rows).toBe(ROWS + 1);
    expect(await hashOf('b')).toBe(await hashOf('a'));
  });

  it('says what the server refuses, copies nothing then, and leaves the connection in order', async () => {
    await to.query('TRUNCATE b');
    const twice = async function* () {
      yield Buffer.from('1\ta\n');
      yield Buffer.from('1\tb\n');
    };
    await expect(copyIn(to, 'COPY b FROM STDIN', twice())).rejects.toThrow('duplicate key');
    await expect(copyIn(to, 'COPY nowhere FROM STDIN', twice())).rejects.toThrow('does not exist');
    const failing = copyOut(from, 'COPY nowhere TO STDOUT');
    await expect(failing.toArray()).rejects.toThrow('does not exist');
    expect((await to.query('SELECT count(*)::int AS count FROM b')).rows).toEqual([{ count: 0 }]);
    expect((await from.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('says why its source broke off, and copies nothing of it', async () => {
    const broken = async function* () {
      yield Buffer.from('5\ta\n');
      throw new Error('the disk is gone');
    };
    await expect(copyIn(to, 'COPY b FROM STDIN', broken())).rejects.toThrow('the disk is gone');
    expect((await to.query('SELECT count(*)::int AS count FROM b')).rows).toEqual([{ count: 0 }]);
  });

  it('lets go of a reader that has had enough', async () => {
    for await (const chunk of copyOut(from, 'COPY a TO STDOUT')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect((await from.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
