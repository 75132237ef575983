/** Where the running platform of a data dir is, as its launcher wrote it down. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tls } from '@adt/proto/tls';
import { z } from 'zod';

/** What the command line needs of `<data-dir>/run.json`; the launcher keeps more there. */
const runFileSchema = z.object({
  /** host:port of the coordinator's gRPC. */
  grpc: z.string().min(1),
  token: z.string().min(1),
});
export type Platform = z.infer<typeof runFileSchema> & { tls?: Tls | null };

/** null: no platform was started from this data dir, or it has stopped. A dead launcher's file may remain. */
export async function readRunFile(dataDir: string): Promise<Platform | null> {
  try {
    return runFileSchema.parse(JSON.parse(await readFile(join(dataDir, 'run.json'), 'utf8')));
  } catch {
    return null;
  }
}
