/** Finds out in a child process what tfjs would run on: the caller keeps his memory, the GPU, and his life. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ENGINE_PROBE_MS } from '../../tunables.js';
import type { BackendName, BackendResult } from './backendNames.js';

/** Compiled also where this file runs from source. */
const PROBE = fileURLToPath(new URL('../../../dist/engines/tfjs/probeMain.js', import.meta.url));

/** @throws Error when the child says nothing: it crashed, or took too long */
export function probeTfjs(forced?: BackendName): Promise<BackendResult> {
  return new Promise((resolve, reject) => {
    const options = { timeout: ENGINE_PROBE_MS };
    execFile(process.execPath, [PROBE, forced ?? ''], options, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout) as BackendResult);
      const ended = error.signal ? `ended with ${error.signal}` : `ended with exit code ${error.code}`;
      const said = stderr.trim().split('\n').at(-1) ?? '';
      reject(new Error(`the process that loads it ${ended}${said === '' ? '' : ` (${said})`}`));
    });
  });
}
