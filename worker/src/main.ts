/** The worker process: environment in, ready line out, one clean way to end. */
import { once } from 'node:events';
import { join } from 'node:path';
import { openTracing } from '@adt/proto/tracing';
import { Agent, RegistrationRefused } from './agent/agent.js';
import { WorkerMetrics } from './agent/workerMetrics.js';
import { listEngines, openEngine } from './engines/registry.js';
import { parseEnv, type WorkerEnv } from './env.js';
import { EnvError } from './envError.js';
import { createLog, messageOf } from './log.js';
import { startMetricsListener } from './metrics/listener.js';
import { addProcessMetrics } from './metrics/processMetrics.js';
import { ORPHAN_BOUND_MS } from './tunables.js';

const DEFAULT_METRICS_PORT = 7073;
const EXIT_BAD_INPUT = 2;
/** 128 + SIGTERM: the second signal asked for an end at once. */
const EXIT_FORCED = 143;

const log = createLog();

// A launcher that was killed reads no more: a log line that goes nowhere must not cost the hand-back of trials.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

async function main(env: WorkerEnv): Promise<number> {
  const stopping = new AbortController();
  let boundMs: number | undefined;
  const onSignal = (name: string): void => {
    // Trainers end with their IPC channel.
    if (stopping.signal.aborted) process.exit(EXIT_FORCED);
    log.info('stopping', { signal: name });
    stopping.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  if (env.parentWatch) {
    process.stdin.on('error', () => {});
    process.stdin.resume().once('close', () => {
      boundMs = ORPHAN_BOUND_MS;
      log.warn('the launcher is gone');
      stopping.abort();
    });
  }
  const tracing = await openTracing('adt-worker', process.env);
  const engines = await listEngines();
  // Throws, with what to do about it, where the list is empty.
  if (engines.length === 0) await openEngine();
  const metrics = new WorkerMetrics({ slots: env.slots, spoolFolder: join(env.dataDir, 'worker', 'spool') });
  addProcessMetrics(metrics.registry);
  const listener = await startMetricsListener({
    listen: env.metricsListen,
    defaultPort: DEFAULT_METRICS_PORT,
    registry: metrics.registry,
    notReady: () => (metrics.registered ? null : 'not registered with the coordinator'),
  });
  try {
    const agent = await Agent.start({ env, engines, log, metrics }, stopping.signal);
    const ready = { ready: true, workerId: agent.workerId, metrics: listener.address };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    log.info('ready', {
      ...{ workerId: agent.workerId, pool: env.pool, slots: env.slots, metrics: listener.address },
    });
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
    await agent.stop(boundMs);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    await tracing.close().catch((error) => log.warn('traces lost', { why: messageOf(error) }));
  }
  return 0;
}

try {
  process.exit(await main(parseEnv(process.env)));
} catch (error) {
  if (error instanceof EnvError || error instanceof RegistrationRefused) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(EXIT_BAD_INPUT);
  }
  log.error('the worker cannot go on', { why: messageOf(error) });
  process.exit(1);
}
