// A launcher in small: starts Postgres and NATS in the given folder, says where they are, and lives until it is killed.
import { startNats } from '@adt/deploy/local/nats';
import { startPostgres } from '@adt/deploy/local/postgres';

const dataDir = process.argv[2];
const log = () => {};
const postgres = await startPostgres({ dataDir, port: 0, durable: true, log });
const nats = await startNats({ dataDir, port: 0, log });
process.stdout.write(`${JSON.stringify({ ready: true, postgres: postgres.url, nats: nats.url })}\n`);
setInterval(() => {}, 60_000);
