/** The launcher's environment, read once. */

export type LaunchEnv = {
  /** A Postgres that is there already. */
  databaseUrl: string | undefined;
  /** A NATS that is there already. */
  nats: { url: string; token: string } | undefined;
};

export function readEnv(env: NodeJS.ProcessEnv): LaunchEnv {
  return {
    databaseUrl: env.DATABASE_URL || undefined,
    nats: env.NATS_URL ? { url: env.NATS_URL, token: env.ADT_NATS_TOKEN ?? '' } : undefined,
  };
}
