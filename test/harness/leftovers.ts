/** Finds and kills what the tests started and did not stop, by a mark in its environment. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

export const RUN_VARIABLE = 'ADT_TEST_RUN';

export type MarkedProcess = { pid: number; command: string };

/** Processes whose environment holds this variable with this value; elsewhere than on Linux none are found. */
export function markedProcesses(variable: string, value: string): MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const environment = read(pid, 'environ').split('\0');
    const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
    // A process that is ending has no command line any more.
    return environment.includes(`${variable}=${value}`) && command !== ''
      ? [{ pid: Number(pid), command }]
      : [];
  });
}

/** Kills what is left of a test run. @returns a line a process */
export function killLeftovers(testRun: string): string[] {
  return markedProcesses(RUN_VARIABLE, testRun).flatMap(({ pid, command }) => {
    try {
      process.kill(pid, 'SIGKILL');
      return [`${pid} ${command.slice(0, 200)}`];
    } catch {
      return [];
    }
  });
}

/** Empty when the process is gone, or another user's. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
