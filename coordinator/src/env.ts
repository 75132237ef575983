/** The coordinator's environment, parsed once. */
import { coordinatorLogin, type NatsLogin, tokenLogin } from '@adt/proto/natsLogin';
import { isLoopbackHost, readTls, type Tls } from '@adt/proto/tls';
import { metricsListenOf } from '@adt/worker/metrics/listenAddress';
import { z } from 'zod';
import { type Tunables, tunablesFrom } from './tunables.js';

export type CoordinatorEnv = {
  databaseUrl: string;
  /** Comma-separated; empty: no NATS, workers poll. */
  natsUrl: string;
  /** As which we come to NATS. */
  nats: NatsLogin;
  /** Workers' passwords are derived from it; empty: they come by the token that we come by, or poll. */
  natsWorkerSecret: string;
  /** Of a role that may change tables; empty: `databaseUrl` must find them up to date, or be such a role. */
  migratorUrl: string;
  /** Platform token. */
  token: string;
  /** gRPC speaks TLS with it and demands a certificate of its CA; the live listener uses it off loopback. Null: plain. */
  tls: Tls | null;
  /** host:port */
  grpcListen: string;
  liveListen: string;
  /** host:port of metrics, health and readiness; null: 127.0.0.1:7072, or another port where that is taken. */
  metricsListen: string | null;
  /** Origins that browsers connect from. */
  liveOrigins: string[];
  verbose: boolean;
  /** End when stdin does: the launcher that held it is gone. */
  parentWatch: boolean;
  tunables: Tunables;
};

/** Something in the environment is off; `message` has a line for each variable. */
export class EnvError extends Error {
  readonly code = 'ENV';
}

const listen = z.string().regex(/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, 'must be host:port');

const schema = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://'),
  NATS_URL: z.string().default(''),
  ADT_MIGRATOR_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .default(''),
  ADT_NATS_TOKEN: z.string().default(''),
  ADT_NATS_USER: z.string().default(''),
  ADT_NATS_PASSWORD: z.string().default(''),
  ADT_NATS_WORKER_SECRET: z
    .union([z.literal(''), z.string().min(32, 'must have at least 32 characters')])
    .default(''),
  ADT_TOKEN: z.string().min(32, 'must have at least 32 characters'),
  ADT_GRPC_LISTEN: listen.default('127.0.0.1:7070'),
  ADT_LIVE_LISTEN: listen.default('127.0.0.1:7071'),
  ADT_LIVE_ORIGINS: z.string().default(''),
  ADT_INSECURE_LISTEN: z.string().default(''),
  ADT_VERBOSE: z.string().default(''),
  ADT_PARENT_WATCH: z.string().default(''),
});

/** @throws EnvError naming every variable that is off */
export function parseEnv(env: Readonly<Record<string, string | undefined>>): CoordinatorEnv {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return given[name] === undefined ? `${name}: must be set` : `${name}: ${message}`;
    });
    throw new EnvError(lines.join('\n'));
  }
  const { data } = parsed;
  const tls = readEnv(() => readTls(given));
  for (const name of ['ADT_GRPC_LISTEN', 'ADT_LIVE_LISTEN'] as const) refuseOpenListen(name, data, tls);
  return {
    databaseUrl: data.DATABASE_URL,
    natsUrl: data.NATS_URL,
    nats: natsLogin(data),
    natsWorkerSecret: data.ADT_NATS_WORKER_SECRET,
    migratorUrl: data.ADT_MIGRATOR_URL,
    token: data.ADT_TOKEN,
    tls,
    grpcListen: data.ADT_GRPC_LISTEN,
    liveListen: data.ADT_LIVE_LISTEN,
    metricsListen: readEnv(() => metricsListenOf(env)),
    liveOrigins: data.ADT_LIVE_ORIGINS.split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
    verbose: data.ADT_VERBOSE === '1',
    parentWatch: data.ADT_PARENT_WATCH === '1',
    tunables: readEnv(() => tunablesFrom(env)),
  };
}

function natsLogin(data: z.infer<typeof schema>): NatsLogin {
  const { ADT_NATS_USER: user, ADT_NATS_PASSWORD: password, ADT_NATS_TOKEN: token } = data;
  if (user === '' && password === '') return tokenLogin(token);
  if (user === '' || password === '')
    throw new EnvError('ADT_NATS_USER: belongs together with ADT_NATS_PASSWORD');
  return coordinatorLogin(user, password);
}

/** Plain text is safe on loopback only, unless somebody else encrypts. */
function refuseOpenListen(
  name: 'ADT_GRPC_LISTEN' | 'ADT_LIVE_LISTEN',
  data: z.infer<typeof schema>,
  tls: Tls | null,
): void {
  const host = data[name].slice(0, data[name].lastIndexOf(':'));
  if (isLoopbackHost(host) || tls !== null || data.ADT_INSECURE_LISTEN === '1') return;
  throw new EnvError(
    `${name}: ${host} is not loopback and there is no TLS: set ADT_TLS_CERT, ADT_TLS_KEY and ADT_TLS_CA (ADT_INSECURE_LISTEN=1 where a mesh or a tunnel encrypts)`,
  );
}

/** What a reader of variables throws is the environment's fault. */
function readEnv<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EnvError(error instanceof Error ? error.message : String(error));
  }
}
