/**
 * Stops a statement of the coordinator at a chosen point, from Postgres' side: a trigger waits for an advisory lock that
 * the fault holds. So a process can be killed at exactly that point, and the product needs no hook for it.
 */
import pg from 'pg';
import { until } from './until.js';
import type { World } from './world.js';

/** Any number that nothing else locks. */
const LOCK = 7_021_961;

/**
 * - points: a batch of metric points, all written, at its COMMIT.
 * - sent: `sent_at` of a hint that is published and whose trial still waits.
 * - ends: the end of an attempt, at its COMMIT.
 */
const TRIGGERS = {
  points:
    'CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON metric_point DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fault_wait()',
  sent: `CREATE TRIGGER fault BEFORE UPDATE ON outbox FOR EACH ROW
         WHEN (OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL) EXECUTE FUNCTION fault_wait()`,
  ends: `CREATE CONSTRAINT TRIGGER fault AFTER UPDATE ON attempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
         WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION fault_wait()`,
} as const;

const TABLES = { points: 'metric_point', sent: 'outbox', ends: 'attempt' } as const;

const WAIT = `CREATE OR REPLACE FUNCTION fault_wait() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NEW; END $$`;

const WAITING = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`;

export type Barrier = {
  /** Resolves when a statement stands before it. */
  reached(): Promise<void>;
  /** Ends the sessions that stand before it: their transactions are rolled back. */
  rollBack(): Promise<void>;
  /** Lets them go on, and resolves when all have committed. */
  letThrough(): Promise<void>;
  /** Nobody is stopped any more. */
  lower(): Promise<void>;
};

export async function raiseBarrier(world: World, at: keyof typeof TRIGGERS): Promise<Barrier> {
  const { pool } = world.db;
  const holder = new pg.Client({ connectionString: world.databaseUrl });
  await holder.connect();
  // The server may be ended while we are connected.
  holder.on('error', () => {});
  world.atEnd(() => holder.end().catch(() => {}));
  await holder.query('SELECT pg_advisory_lock($1)', [LOCK]);
  await pool.query(WAIT);
  await pool.query(TRIGGERS[at]);
  const waiting = async (): Promise<number> => (await pool.query(`SELECT pid ${WAITING}`)).rowCount ?? 0;
  const open = () => holder.query('SELECT pg_advisory_unlock_all()');
  return {
    reached: () =>
      until('a statement stands before the barrier', async () => (await waiting()) > 0).then(() => {}),
    async rollBack() {
      await pool.query(`SELECT pg_terminate_backend(pid) ${WAITING}`);
      await until('their sessions end', async () => (await waiting()) === 0);
    },
    async letThrough() {
      await open();
      await until('they commit', async () => (await waiting()) === 0);
    },
    async lower() {
      await open();
      await pool.query(`DROP TRIGGER IF EXISTS fault ON ${TABLES[at]}`);
    },
  };
}
