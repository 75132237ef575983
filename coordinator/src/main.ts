/** The coordinator as a process: environment in, one ready line out, a clean stop on signals. */
import { openTracing, type Tracing } from '@adt/proto/tracing';
import { EnvError, parseEnv } from './env.js';
import { reasonOf, stderrLog } from './log.js';
import { type Coordinator, startCoordinator } from './service.js';

/** A stop that takes longer than this has hung somewhere. */
const STOP_LIMIT_MS = 20_000;

function readEnv(): ReturnType<typeof parseEnv> {
  try {
    return parseEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const env = readEnv();
const log = stderrLog(env.verbose);
let coordinator: Coordinator | null = null;
let tracing: Tracing | null = null;
let stopping = false;

async function stop(why: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log('info', 'stopping', { why });
  setTimeout(() => {
    log('error', 'stop took too long');
    process.exit(1);
  }, STOP_LIMIT_MS).unref();
  await coordinator?.stop();
  await tracing?.close().catch((error) => log('warn', 'traces lost', { reason: reasonOf(error) }));
  process.exit(0);
}

// A launcher that was killed reads no more: a log line that goes nowhere must not cost the clean stop.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
if (env.parentWatch) {
  process.stdin.on('end', () => void stop('the parent is gone'));
  process.stdin.on('error', () => void stop('the parent is gone'));
  process.stdin.resume();
}

try {
  tracing = await openTracing('adt-coordinator', process.env);
  coordinator = await startCoordinator({ ...env, log });
  // A signal during the start found nothing to stop yet.
  if (stopping) await coordinator.stop();
  else {
    const { grpcAddress: grpc, liveAddress: live, metricsAddress: metrics } = coordinator;
    process.stdout.write(`${JSON.stringify({ ready: true, grpc, live, metrics })}\n`);
  }
} catch (error) {
  log('error', 'could not start', { reason: reasonOf(error) });
  process.exit(1);
}
