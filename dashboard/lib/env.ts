/** The environment of the dashboard's server, parsed once. */
import { ADDRESSES } from '@adt/proto/rotation';
import { z } from 'zod';

const schema = z.object({
  /** host:port of the coordinator's gRPC; several, with commas between: any will do. */
  ADT_COORDINATOR: z.string().regex(ADDRESSES, 'must be host:port'),
  /** Platform token: authenticates to the coordinator, signs sessions and live tickets. */
  ADT_TOKEN: z.string().min(32, 'must have at least 32 characters'),
  /** Where a browser reaches a coordinator's socket.io, say http://127.0.0.1:4501; several, with commas between: any will do. */
  ADT_LIVE_URL: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1)),
  /** Signs one-time login codes; new at each start of the platform, so that old links die with it. */
  ADT_LOGIN_KEY: z.string().min(32, 'must have at least 32 characters'),
  /** Host names, beside loopback, that the dashboard answers to: comma-separated, without port. */
  ADT_DASHBOARD_HOSTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((host) => host.trim().toLowerCase() || [])),
});

export type DashboardEnv = z.infer<typeof schema>;

let parsed: DashboardEnv | undefined;

/** @throws Error naming every variable that is missing or malformed, never its value */
export function dashboardEnv(): DashboardEnv {
  parsed ??= parse();
  return parsed;
}

function parse(): DashboardEnv {
  const result = schema.safeParse(process.env);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`dashboard environment: ${lines.join('; ')}`);
}
