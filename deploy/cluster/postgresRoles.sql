-- Two roles with what each needs: adt_migrator changes tables, adt_app reads and writes rows. Run as a superuser, connected
-- to the platform's database, before the first start; again after a start that migrated changes nothing but is safe.
-- Passwords are set apart, so that none stands in a file: \password adt_migrator, \password adt_app (psql).

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'adt_migrator') THEN
    CREATE ROLE adt_migrator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'adt_app') THEN
    CREATE ROLE adt_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO adt_migrator, adt_app', current_database());
END
$$;

-- A statement without an end, or a transaction that its client forgot, must not hold rows for ever. Longer than the
-- coordinator's own limit of 20 s, so that it is the coordinator that says what took so long.
ALTER ROLE adt_app SET statement_timeout = '30s';
ALTER ROLE adt_app SET lock_timeout = '20s';
ALTER ROLE adt_app SET idle_in_transaction_session_timeout = '30s';
-- A migration may take long, but it waits for nobody who holds a table: it fails, and is run again.
ALTER ROLE adt_migrator SET lock_timeout = '30s';

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO adt_migrator;
GRANT USAGE ON SCHEMA public TO adt_app;

-- What is there already, of a platform that ran under another role, becomes the migrator's.
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relowner <> 'adt_migrator'::regrole
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO adt_migrator', found.name);
  END LOOP;
  FOR found IN
    SELECT t.oid::regtype AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = 'public' AND t.typtype = 'e' AND t.typowner <> 'adt_migrator'::regrole
  LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO adt_migrator', found.name);
  END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO adt_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO adt_app;
ALTER DEFAULT PRIVILEGES FOR ROLE adt_migrator IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO adt_app;
ALTER DEFAULT PRIVILEGES FOR ROLE adt_migrator IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO adt_app;

-- Which migrations ran is the migrator's to say.
DO $$
BEGIN
  IF to_regclass('public._prisma_migrations') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON public._prisma_migrations FROM adt_app;
  END IF;
END
$$;
