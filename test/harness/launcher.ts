/** `npm start` as a test sees it: its lines, its exit, and every process that it brought up. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Exit, startProcess } from '@adt/deploy/local/runningProcess';
import { atEnd } from './cleanup.js';
import { type MarkedProcess, markedProcesses } from './leftovers.js';
import { ProcessLog } from './processLog.js';

const START = fileURLToPath(new URL('../../deploy/local/start.mjs', import.meta.url));
const MARK = 'ADT_TEST_LAUNCH';

export type Launched = {
  pid: number;
  log: ProcessLog;
  exited: Promise<Exit>;
  /** Everything written so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** What runs on its behalf, itself included. */
  processes(): MarkedProcess[];
};

/** Runs the launcher with these arguments; it is ended with the test file. */
export async function runStart(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Launched> {
  const log = new ProcessLog();
  const mark = randomBytes(8).toString('hex');
  const launcher = await startProcess({
    name: 'start',
    command: process.execPath,
    args: [START, ...args],
    env: { ...process.env, DATABASE_URL: '', NATS_URL: '', ...env, [MARK]: mark },
    parentWatch: 'stdin',
    stopSignal: 'SIGTERM',
    stopWithinMs: 20_000,
    onLine: log.from('start'),
    // Its first line, whatever it says.
    isReady: () => true as const,
  });
  atEnd(() => launcher.stop());
  return {
    pid: launcher.pid,
    log,
    exited: launcher.exited,
    output: () => log.lines.map((line) => line.replace(/^start: /, '')).join('\n'),
    signal: (name) => void process.kill(launcher.pid, name),
    processes: () => markedProcesses(MARK, mark),
  };
}
