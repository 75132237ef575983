/** Finds and kills what the tests started and did not stop. */
import { readdirSync, readFileSync } from 'node:fs';

export const RUN_VARIABLE = 'ADT_TEST_RUN';

/**
 * Processes whose environment names this run; each is killed. Linux only: elsewhere nothing is found.
 * @returns a line a process
 */
export function killLeftovers(testRun: string): string[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => isOfRun(pid, testRun)).flatMap((pid) => describeAndKill(Number(pid)));
}

function isOfRun(pid: string, testRun: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN_VARIABLE}=${testRun}`);
  } catch {
    // Gone meanwhile, or another user's.
    return false;
  }
}

/** Nothing when it ended meanwhile: a killed group needs a moment. */
function describeAndKill(pid: number): string[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    process.kill(pid, 'SIGKILL');
    return command === '' ? [] : [`${pid} ${command.slice(0, 200)}`];
  } catch {
    return [];
  }
}
