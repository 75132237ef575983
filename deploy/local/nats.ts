/** NATS for one machine: the server of NATS_URL, or a nats-server with JetStream that starts and stops with us. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDirectory } from './directoryLock.js';
import { onFreePort } from './freePort.js';
import { findNats, type NatsBinary } from './natsBinary.js';
import { commandLine, endProcess, isAlive } from './otherProcess.js';
import { existingServer, type Server } from './postgres.js';
import { type RunningProcess, startProcess } from './runningProcess.js';
import { secretIn } from './secretFile.js';
import { SERVER_STOP_MS } from './tunables.js';

export type NatsServer = Server & {
  /** What a client must show; empty when the server of NATS_URL wants none. */
  token: string;
};

export type NatsParams = {
  /** A server that is there already (NATS_URL), and its token: then nothing is started. */
  existing?: { url: string; token: string };
  /** The platform's data directory; NATS keeps to `nats/` in it. */
  dataDir: string;
  /** Taken when it is free; default 4222. */
  port?: number;
  /** Of the server that ran before: its clients keep showing it. Default: the one in the folder, or a new one. */
  token?: string;
  log(line: string): void;
  signal?: AbortSignal;
};

/**
 * @throws DirectoryTaken when another process runs on this data directory
 * @throws StartFailure with the server's last lines, or Error when no nats-server can be had
 */
export async function startNats(params: NatsParams): Promise<NatsServer> {
  if (params.existing)
    return { ...existingServer(params.existing.url, 'NATS_URL'), token: params.existing.token };
  const natsDir = join(params.dataDir, 'nats');
  mkdirSync(natsDir, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(join(natsDir, 'lock'));
  try {
    const binary = await findNats(params);
    const token = params.token ?? secretIn(join(natsDir, 'token'));
    await clearLeftovers(natsDir, params.log);
    const server = await onFreePort(params.port ?? 4222, (port) => {
      writeConfiguration(natsDir, port, token);
      return launch(binary, natsDir, port, params);
    });
    const { version, port } = server.ready;
    return {
      url: `nats://127.0.0.1:${port}`,
      token,
      origin: `nats-server ${version}, port ${port}; ${binary.source}`,
      note: '',
      exited: server.exited,
      async stop() {
        await server.stop();
        lock.release();
      },
      kill() {
        server.kill();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The token goes through a file that only we can read: a command line is open to every user of the machine. */
function writeConfiguration(natsDir: string, port: number, token: string): void {
  const path = configuration(natsDir);
  const lines = [
    'server_name: adt-local',
    `listen: "127.0.0.1:${port}"`,
    `pid_file: ${JSON.stringify(join(natsDir, 'pid'))}`,
    `authorization { token: ${JSON.stringify(token)} }`,
    `jetstream { store_dir: ${JSON.stringify(natsDir)} }`,
  ];
  rmSync(path, { force: true });
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
}

function configuration(natsDir: string): string {
  return join(natsDir, 'server.conf');
}

/** Stops the nats-server that a launcher killed with SIGKILL may have left on this folder, which we hold. */
async function clearLeftovers(natsDir: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(natsDir, 'pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!commandLine(pid).includes(configuration(natsDir))) return;
  log(`stopping the nats-server of an earlier run (process ${pid})`);
  await endProcess(pid, 'SIGTERM');
}

/** Ready when it says so; its version comes with an earlier line. */
function launch(
  binary: NatsBinary,
  natsDir: string,
  port: number,
  params: NatsParams,
): Promise<RunningProcess<{ version: string; port: number }>> {
  let version = '';
  return startProcess({
    name: 'nats',
    command: binary.path,
    args: ['--config', configuration(natsDir)],
    cwd: natsDir,
    parentWatch: 'shell',
    stopSignal: 'SIGTERM',
    stopWithinMs: SERVER_STOP_MS,
    onLine: params.log,
    isReady(line) {
      version = /Version:\s+(\S+)/.exec(line)?.[1] ?? version;
      return line.includes('Server is ready') ? { version, port } : undefined;
    },
    signal: params.signal,
  });
}
