/** Simulated workers, spread over processes: started, watched until enough is done, and stopped. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from './processUse.js';
import type { Rig } from './rig.js';
import type { Training } from './training.js';
import type { FleetReport, FleetTask, FromFleet, ToFleet } from './workerProcess.js';

const MEMBER = fileURLToPath(new URL('./workerProcess.js', import.meta.url));
/** A file system in memory, where Linux has one. */
const MEMORY = '/dev/shm';
/** One would be the bottleneck of what is measured. */
export const PROCESSES = 2;

type Member = { child: ChildProcess; completed: number };

export class Fleet {
  readonly #members: Member[] = [];
  #onProgress: () => void = () => {};
  #failure: Error | null = null;

  private constructor(private readonly folder: string) {}

  /**
   * Starts the workers; resolves when all are registered.
   * @param params.onDisk spools on the platform's disk; else in memory, for it is not the disk of so many machines
   * @throws Error when a worker is refused
   */
  static async start(
    rig: Rig,
    params: { workers: number; slots?: number; training: Training; onDisk?: boolean },
  ): Promise<Fleet> {
    const { workers, slots = 1, training, onDisk = false } = params;
    const place = !onDisk && existsSync(MEMORY) ? MEMORY : rig.folder;
    const fleet = new Fleet(mkdtempSync(join(place, 'adt-bench-workers-')));
    const processes = Math.min(PROCESSES, workers);
    const starts = Array.from({ length: processes }, (_, at) => {
      const share = Math.floor(workers / processes) + (at < workers % processes ? 1 : 0);
      const folder = join(fleet.folder, String(at));
      const task = { coordinator: rig.grpc, token: rig.token, folder, workers: share, slots, training };
      return fleet.#startMember(task);
    });
    try {
      await Promise.all(starts);
      return fleet;
    } catch (error) {
      fleet.kill();
      throw error;
    }
  }

  /** Attempts completed so far, as the processes said last. */
  get completed(): number {
    return this.#members.reduce((sum, { completed }) => sum + completed, 0);
  }

  /** Seconds of CPU that the workers have used. */
  get cpuSeconds(): number {
    return this.#members.reduce((sum, { child }) => sum + cpuSeconds(child.pid ?? -1), 0);
  }

  /** Resolves when so many attempts are completed. @throws Error when a process of workers fails */
  async until(completed: number): Promise<void> {
    while (this.completed < completed) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve;
      });
    }
  }

  /** Stops all of them, trainings first. @returns what they did @throws Error when a process failed or met trouble */
  async stop(): Promise<FleetReport> {
    if (this.#failure !== null) throw this.#failure;
    for (const { child } of this.#members) child.removeAllListeners('exit');
    const ends = this.#members.map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
    const answers = this.#members.map(({ child }) => answerOf(child, 'stopped'));
    for (const { child } of this.#members) send(child, { kind: 'stop' });
    const reports = (await Promise.all(answers)).map(({ report }) => report);
    await Promise.all(ends);
    const trouble = reports.find((report) => report.trouble !== null)?.trouble;
    if (trouble) throw new Error(`a simulated worker met trouble: ${trouble}`);
    return {
      completed: reports.flatMap(({ completed }) => completed).sort((a, b) => a - b),
      claims: reports.flatMap(({ claims }) => claims),
      points: reports.reduce((sum, { points }) => sum + points, 0),
      trouble: null,
      warnings: reports.reduce((sum, { warnings }) => sum + warnings, 0),
    };
  }

  /** Ends the processes that have not ended, at once. */
  kill(): void {
    for (const { child } of this.#members) {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #startMember(task: FleetTask): Promise<void> {
    const child = fork(MEMBER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    const member = { child, completed: 0 };
    this.#members.push(member);
    child.on('message', (message: FromFleet) => {
      if (message.kind === 'progress') member.completed = message.completed;
      if (message.kind === 'failed') this.#failure = new Error(message.why);
      this.#onProgress();
    });
    child.on('exit', (code) => {
      this.#failure = new Error(`a process of workers ended with ${code}`);
      this.#onProgress();
    });
    const ready = answerOf(child, 'ready');
    send(child, { kind: 'start', task });
    await ready;
  }
}

function send(child: ChildProcess, message: ToFleet): void {
  child.send(message);
}

/** The next message of a kind. @throws Error when the process fails or ends first */
function answerOf<Kind extends FromFleet['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<FromFleet, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromFleet) => {
      if (message.kind === kind) done(() => resolve(message as Extract<FromFleet, { kind: Kind }>));
      else if (message.kind === 'failed') done(() => reject(new Error(message.why)));
    };
    const onExit = (code: number | null) =>
      done(() => reject(new Error(`a process of workers ended with ${code}`)));
    const done = (settle: () => void) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
