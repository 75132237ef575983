/** The worker's environment, read once and checked whole. */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { ADDRESSES } from '@adt/proto/rotation';
import { readTls, type Tls } from '@adt/proto/tls';
import { z } from 'zod';
import { EnvError } from './envError.js';
import { messageOf } from './log.js';
import { metricsListenOf } from './metrics/listenAddress.js';
import { CHECKPOINT_SECONDS, DRAIN_BOUND_SECONDS, SPOOL_CAP_BYTES } from './tunables.js';

export type WorkerEnv = {
  /** host:port of the coordinator's gRPC listener; several, with commas between: any will do. */
  coordinator: string;
  token: string;
  /** What the worker shows the coordinator and NATS, and the CA that both must be of; null: plain text. */
  tls: Tls | null;
  /** Absolute; the worker keeps to its folder `worker` in it. */
  dataDir: string;
  pool: string;
  slots: number;
  threadsPerSlot: number;
  /** What a slot may use: its share of the machine's or the container's, unless said otherwise. */
  slotMemoryBytes: number;
  /** End when stdin closes: the launcher is gone. */
  parentWatch: boolean;
  /** A validation saves the training when the last save is this long ago; 0: each does. */
  checkpointSeconds: number;
  /** A drain is over by then. */
  drainSeconds: number;
  /** A spool beyond this keeps only the series that ranks. */
  spoolCapBytes: number;
  /** host:port of metrics, health and readiness; null: 127.0.0.1:7073, or another port where that is taken. */
  metricsListen: string | null;
};

const MAX_DEFAULT_SLOTS = 16;
const MIN_TOKEN_CHARS = 32;

const count = (limit: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, `must be a whole number from 1 to ${limit}`)
    .transform(Number)
    .pipe(z.number().max(limit, `must be at most ${limit}`));

const seconds = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,5}(\.\d{1,3})?$/, `must be seconds from ${least} to ${most}`)
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

const shape = z.object({
  ADT_COORDINATOR: z.string('is required, say 127.0.0.1:7443').regex(ADDRESSES, 'must be host:port'),
  ADT_TOKEN: z.string().optional(),
  ADT_TOKEN_FILE: z.string().optional(),
  ADT_DATA_DIR: z.string().min(1).default('.adt'),
  ADT_POOL: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be 1-32 of a-z 0-9 -')
    .default('default'),
  ADT_SLOTS: count(256).optional(),
  ADT_THREADS_PER_SLOT: count(1024).optional(),
  ADT_SLOT_MEMORY_BYTES: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be a number of bytes')
    .transform(Number)
    .optional(),
  ADT_PARENT_WATCH: z.enum(['0', '1'], 'must be 0 or 1').default('0'),
  ADT_CHECKPOINT_SECONDS: seconds(0, 86_400).default(CHECKPOINT_SECONDS),
  ADT_DRAIN_SECONDS: seconds(1, 3600).default(DRAIN_BOUND_SECONDS),
  ADT_SPOOL_CAP_BYTES: z
    .string()
    .regex(/^\d{1,12}$/, 'must be a number of bytes')
    .transform(Number)
    .default(SPOOL_CAP_BYTES),
});

/** @throws EnvError naming every variable that is off */
export function parseEnv(env: NodeJS.ProcessEnv, cores = availableParallelism()): WorkerEnv {
  const parsed = shape.safeParse(dropEmpty(env));
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`).join('; '),
    );
  }
  const given = parsed.data;
  const slots = given.ADT_SLOTS ?? Math.min(cores, MAX_DEFAULT_SLOTS);
  return Object.freeze({
    coordinator: given.ADT_COORDINATOR,
    token: readToken(given.ADT_TOKEN, given.ADT_TOKEN_FILE),
    tls: tlsOf(env),
    dataDir: resolve(given.ADT_DATA_DIR),
    pool: given.ADT_POOL,
    slots,
    threadsPerSlot: given.ADT_THREADS_PER_SLOT ?? Math.max(1, Math.floor(cores / slots)),
    slotMemoryBytes: given.ADT_SLOT_MEMORY_BYTES ?? Math.floor(memoryBytes() / slots),
    parentWatch: given.ADT_PARENT_WATCH === '1',
    checkpointSeconds: given.ADT_CHECKPOINT_SECONDS,
    drainSeconds: given.ADT_DRAIN_SECONDS,
    spoolCapBytes: given.ADT_SPOOL_CAP_BYTES,
    metricsListen: readMetricsListen(env),
  });
}

/** A container's limit counts; where there is none, Node tells of 0 or of more than there is. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function readMetricsListen(env: NodeJS.ProcessEnv): string | null {
  try {
    return metricsListenOf(env);
  } catch (error) {
    throw new EnvError(messageOf(error));
  }
}

/** A variable set to nothing counts as not set, as compose files and systemd units write it. */
function dropEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function tlsOf(env: NodeJS.ProcessEnv): Tls | null {
  try {
    return readTls(env);
  } catch (error) {
    throw new EnvError(messageOf(error));
  }
}

function readToken(token: string | undefined, file: string | undefined): string {
  const secret = token ?? (file === undefined ? undefined : readTokenFile(file));
  if (secret === undefined)
    throw new EnvError('ADT_TOKEN: is required (or ADT_TOKEN_FILE, a file that holds it)');
  if (secret.length < MIN_TOKEN_CHARS) {
    throw new EnvError(`ADT_TOKEN: must be at least ${MIN_TOKEN_CHARS} characters (got ${secret.length})`);
  }
  return secret;
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new EnvError(`ADT_TOKEN_FILE: ${messageOf(error)}`);
  }
}
