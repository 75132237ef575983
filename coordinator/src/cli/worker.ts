/** `adt worker`: runs a worker in the foreground, or lists the workers of the platform. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Worker, WorkerState } from '@adt/proto/gen/adt/v1/search';
import type { Command } from 'commander';
import { findPlatform, readTokenFile, withPlatform } from './connect.js';
import { type Context, openContext } from './context.js';
import { EXIT, UsageError } from './failure.js';
import { integerOption } from './options.js';
import { type Column, formatSeconds, print, printJson, printNote, renderTable } from './output.js';
import { registerWorkerTokenCommands } from './workerToken.js';

type WorkerFlags = {
  coordinator?: string;
  tokenFile?: string;
  slots?: number;
  threads?: number;
  pool?: string;
};

export function registerWorkerCommands(program: Command): void {
  const worker = program
    .command('worker')
    .description('work for a platform in the foreground; Ctrl-C hands unfinished trainings back')
    .option('--coordinator <host:port>', 'where the platform is (default: the one of this data dir)')
    .option('--token-file <file>', 'file with the platform token (default: ADT_TOKEN, or the data dir)')
    .option('--slots <n>', 'trainings at a time (default: one a core)', integerOption('--slots', 1, 256))
    .option('--threads <n>', 'threads of each training', integerOption('--threads', 1, 1024))
    .option('--pool <name>', 'pool to serve', 'default')
    .action((flags: WorkerFlags, command: Command) => work(openContext(command), flags));
  worker
    .command('ls')
    .description('list the workers of the running platform')
    .action((_flags, command: Command) => ls(openContext(command)));
  worker
    .command('drain <id>')
    .description('let a worker take no more trials; it finishes those that it has')
    .action((id: string, _flags, command: Command) => drain(openContext(command), id, true));
  worker
    .command('resume <id>')
    .description('let a drained worker take trials again')
    .action((id: string, _flags, command: Command) => drain(openContext(command), id, false));
  registerWorkerTokenCommands(worker);
}

async function drain(context: Context, workerId: string, wanted: boolean): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const worker = await call(wanted ? 'drainWorker' : 'resumeWorker', { workerId });
    if (context.json) return printJson(worker);
    const busy = worker.runningTrialIds.length;
    print(
      wanted ? `${workerId}: takes no more trials; ${busy} under way` : `${workerId}: takes trials again`,
    );
  });
}

/** The token travels by environment: other users of the machine can read command lines. */
async function work(context: Context, flags: WorkerFlags): Promise<void> {
  const { grpc, token } = await addressOf(context, flags);
  const { ADT_TOKEN_FILE: _, ...inherited } = process.env;
  const main = fileURLToPath(import.meta.resolve('@adt/worker/main'));
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    // Of its own group, so that Ctrl-C reaches it once, from here; stdin's end tells it when this process is gone.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...inherited,
      ADT_COORDINATOR: grpc,
      ADT_TOKEN: token,
      ADT_DATA_DIR: context.dataDir,
      ADT_POOL: flags.pool,
      ADT_SLOTS: String(flags.slots ?? ''),
      ADT_THREADS_PER_SLOT: String(flags.threads ?? ''),
      ADT_PARENT_WATCH: '1',
    },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const stop = () => child.kill('SIGTERM');
  if (context.signal.aborted) stop();
  else context.signal.addEventListener('abort', stop, { once: true });
  createInterface({ input: child.stdout }).on('line', (line) => announce(context, line, grpc));
  const [code] = await exited;
  process.exitCode = code ?? EXIT.failure;
}

/** The worker says one line when it is ready; it is passed on, in words or as it is. */
function announce(context: Context, line: string, address: string): void {
  if (context.json) print(line);
  else if (line.startsWith('{"ready":true'))
    printNote(`working for ${address}; Ctrl-C hands unfinished trainings back and stops`);
}

async function addressOf(context: Context, flags: WorkerFlags) {
  if (flags.coordinator === undefined) {
    const platform = await findPlatform(context);
    return flags.tokenFile === undefined ? platform : { ...platform, token: readTokenFile(flags.tokenFile) };
  }
  if (!/^\S+:\d{1,5}$/.test(flags.coordinator))
    throw new UsageError(`--coordinator: must be host:port (got ${JSON.stringify(flags.coordinator)})`);
  const token = flags.tokenFile === undefined ? process.env.ADT_TOKEN : readTokenFile(flags.tokenFile);
  if (!token) throw new UsageError('--coordinator: needs the platform token, by ADT_TOKEN or --token-file');
  return { grpc: flags.coordinator, token };
}

async function ls(context: Context): Promise<void> {
  await withPlatform(context, async ({ call }) => {
    const { workers } = await call('listWorkers', {});
    if (context.json) return printJson(workers);
    if (workers.length === 0) return print('no workers: start one with adt worker');
    print(renderTable(COLUMNS, workers.map(row)));
  });
}

const COLUMNS: readonly Column[] = [
  { title: 'worker' },
  { title: 'host' },
  { title: 'pool' },
  { title: 'state' },
  { title: 'slots', align: 'right' },
  { title: 'busy', align: 'right' },
  { title: 'engines' },
  { title: 'last seen', align: 'right' },
];

const STATE_WORDS: Record<WorkerState, string> = {
  [WorkerState.UNSPECIFIED]: '–',
  [WorkerState.ACTIVE]: 'active',
  [WorkerState.DRAINING]: 'draining',
  [WorkerState.LOST]: 'lost',
};

function row(worker: Worker): string[] {
  return [
    worker.workerId,
    worker.host,
    worker.pool,
    STATE_WORDS[worker.state],
    `${worker.slots} × ${worker.threadsPerSlot}`,
    String(worker.runningTrialIds.length),
    worker.engines.join(', '),
    `${formatSeconds(Math.max(0, (Date.now() - worker.lastSeenMs) / 1000))} ago`,
  ];
}
