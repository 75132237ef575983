/** What the handlers of both services work with. */
import type { Database } from '@adt/prisma/client';
import type { Changes } from '../live/changes.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics/metrics.js';
import type { NatsLink } from '../nats/link.js';
import type { Planner } from '../planning/planner.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { Tunables } from '../tunables.js';
import type { NatsForWorker } from './natsForWorkers.js';

export type Context = {
  db: Database;
  link: NatsLink;
  changes: Changes;
  scheduler: Scheduler;
  planner: Planner;
  tunables: Tunables;
  log: Log;
  metrics: Metrics;
  /** What Register tells workers; no servers: they poll. */
  natsFor(workerId: string): NatsForWorker;
};
