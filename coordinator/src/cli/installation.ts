/** Where an installation keeps what it knows: by the environment, or as the launcher of a data dir wrote it down. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Installation } from '../backup/backup.js';
import { notRunning } from './connect.js';
import type { Context } from './context.js';

const storesSchema = z.object({
  databaseUrl: z.string().min(1),
  nats: z.object({ url: z.string().min(1), token: z.string() }),
});

/**
 * DATABASE_URL, with NATS_URL and ADT_NATS_TOKEN, else what `npm start` wrote down.
 * @throws Unreachable when neither is there
 */
export async function findInstallation(
  { dataDir }: Pick<Context, 'dataDir'>,
  env = process.env,
): Promise<Installation> {
  const { DATABASE_URL, NATS_URL, ADT_NATS_TOKEN = '' } = env;
  if (DATABASE_URL)
    return { databaseUrl: DATABASE_URL, nats: NATS_URL ? { url: NATS_URL, token: ADT_NATS_TOKEN } : null };
  try {
    return storesSchema.parse(JSON.parse(await readFile(join(dataDir, 'run.json'), 'utf8')));
  } catch {
    throw notRunning(dataDir);
  }
}
