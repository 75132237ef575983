/** A database of its own for a test file: real Postgres, migrated, empty. */
import { inject } from 'vitest';
import { atEnd } from './cleanup.js';

/** @returns its URL; the database is dropped when the test file ends */
export async function createDatabase(): Promise<string> {
  const broker = inject('brokerUrl');
  const reply = await fetch(broker, { method: 'POST' });
  const url = await reply.text();
  if (!reply.ok) throw new Error(url);
  const name = new URL(url).pathname;
  atEnd(async () => {
    const dropped = await fetch(new URL(name, broker), { method: 'DELETE' });
    if (!dropped.ok) throw new Error(await dropped.text());
  });
  return url;
}
