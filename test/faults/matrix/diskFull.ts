/** Disks that fill up: under the metric points, under the WAL, under a worker's spool. */
import { chownSync, cpSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@adt/prisma/client';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, countTrials, running, submit } from '../sweep.js';
import { fill, mountTmpfs, tmpfsUnavailable, unmount } from '../tmpfs.js';
import { Broken, pass, until } from '../until.js';

const TABLESPACE_MB = 12;
const WAL_MB = 40;
const SPOOL_MB = 8;

export const tablespaceFull: Fault = {
  name: 'tablespaceFull',
  about: `the points' tablespace (${TABLESPACE_MB} MB) is full for a while: workers spool, then all goes on`,
  skip: tmpfsUnavailable,
  async run({ random, world: open }) {
    const world = await open({ workers: 2, postgres: 'own' });
    const { postgres, db } = world;
    if (!postgres) throw new Error('the world has no Postgres of its own');
    const folder = mountTmpfs(world, { name: 'tablespace', mb: TABLESPACE_MB, ownerLike: postgres.cluster });
    try {
      await db.pool.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
      await movePoints(db, 'small');
      watchSweep(world, await submit(world, { trials: 6, steps: 200 }));
      await running(world, 1);
      await pass(random.between(0, 800));
      const free = fill(folder);
      const isRefused = async (): Promise<boolean> => {
        const probe = 'INSERT INTO metric_point SELECT 1, 1, -n, 1, 1, 1 FROM generate_series(1, 20000) AS n';
        return db.pool.query(`BEGIN; ${probe}; ROLLBACK`).then(
          () => false,
          (error: { code?: string }) => error.code === '53100',
        );
      };
      await until('Postgres says that the disk is full', isRefused, 15_000);
      await pass(random.between(1_000, 4_000));
      free();
      await allEnded(world, 90_000);
      // Back, so that the last questions and the end of the server need no tmpfs.
      await movePoints(db, 'pg_default');
    } finally {
      world.atEnd(() => unmount(folder));
    }
  },
};

/** Moving the partitioned table would move none of what it holds. */
async function movePoints({ pool }: Database, tablespace: string): Promise<void> {
  const { rows } = await pool.query<{ move: string }>(
    `SELECT format('ALTER %s %s SET TABLESPACE ${tablespace}', CASE c.relkind WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END,
                   c.oid::regclass) AS move
     FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE i.inhparent IN ('metric_point'::regclass, 'metric_point_pkey'::regclass)`,
  );
  for (const { move } of rows) await pool.query(move);
}

export const walFull: Fault = {
  name: 'walFull',
  about: `the WAL's disk (${WAL_MB} MB) is full: Postgres panics, is given room and started again`,
  skip: tmpfsUnavailable,
  async run({ random, world: open }) {
    const world = await open({ workers: 2, postgres: 'own' });
    const { postgres, db } = world;
    if (!postgres) throw new Error('the world has no Postgres of its own');
    const folder = mountTmpfs(world, { name: 'wal', mb: WAL_MB, ownerLike: postgres.cluster });
    world.atEnd(() => unmount(folder));
    await db.pool.query(`ALTER SYSTEM SET max_wal_size = '32MB'`);
    await db.pool.query(`ALTER SYSTEM SET min_wal_size = '32MB'`);
    await postgres.stop();
    const wal = join(postgres.cluster, 'pg_wal');
    moveInto(wal, folder);
    await postgres.start();
    watchSweep(world, await submit(world, { trials: 6 }));
    await running(world, 1);
    await pass(random.between(0, 800));
    const free = fill(folder);
    const write = `CREATE TABLE IF NOT EXISTS filler (t text); INSERT INTO filler SELECT repeat(md5(n::text), 50) FROM generate_series(1, 20000) AS n`;
    const panicked = () =>
      db.pool.query(write).then(
        () => false,
        () => true,
      );
    await until('Postgres can write no more', panicked, 20_000);
    await pass(random.between(500, 3_000));
    free();
    await postgres.revive();
    await allEnded(world, 90_000);
  },
};

/** Postgres must own its WAL, and copies are root's where root copied. */
function moveInto(wal: string, folder: string): void {
  const { uid, gid } = statSync(wal);
  cpSync(wal, folder, { recursive: true });
  for (const name of readdirSync(folder)) chownSync(join(folder, name), uid, gid);
  renameSync(wal, `${wal}.before`);
  symlinkSync(folder, wal);
}

export const spoolFull: Fault = {
  name: 'spoolFull',
  about: `a worker's disk (${SPOOL_MB} MB) is full for good: its attempts fail as the machine's fault, every trial succeeds elsewhere`,
  skip: tmpfsUnavailable,
  async run({ random, world: open }) {
    const world = await open({ workers: 1 });
    const folder = mountTmpfs(world, { name: 'small', mb: SPOOL_MB, ownerLike: world.dataDir });
    world.atEnd(() => unmount(folder));
    await world.startWorker({ dataDir: folder });
    // With the product's own number of retries: a full disk must not eat a trial's.
    watchSweep(world, await submit(world, { trials: 8, steps: 80, retries: 3 }));
    await running(world, 2);
    await pass(random.between(0, 1_000));
    const ended = allEnded(world).then(() => true);
    // Again and again: what a failed attempt gives back would be room for the next one.
    do fill(folder);
    while (!(await Promise.race([ended, pass(50).then(() => false)])));
    const failed = await countTrials(world, `state = 'FAILED'`);
    if (failed > 0) throw new Broken(`${failed} trials failed for good because one worker's disk was full`);
  },
};
