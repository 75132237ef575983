/** The `adt` command as a user runs it: a process of its own, its output, its exit code. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atEnd } from './cleanup.js';

const ADT = fileURLToPath(new URL('../../coordinator/bin/adt.mjs', import.meta.url));

export type AdtParams = {
  dataDir: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Given on stdin. */
  input?: string;
};

export type AdtResult = { code: number | null; stdout: string; stderr: string };

export type RunningAdt = {
  pid: number;
  /** Resolves when it has ended and all of its output is read. */
  result: Promise<AdtResult>;
  /** Resolves with the first match in what it wrote to stderr, or rejects when it ends before. */
  said(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
};

/** Runs a command to its end. */
export function adt(params: AdtParams): Promise<AdtResult> {
  return startAdt(params).result;
}

/** Starts a command that goes on; killed when the test file ends. */
export function startAdt({ dataDir, args, env, input = '' }: AdtParams): RunningAdt {
  // Nothing of the caller's own platform may leak in.
  const { ADT_COORDINATOR, ADT_TOKEN, ADT_TOKEN_FILE, ADT_DATA_DIR, ...clean } = process.env;
  const child = spawn(process.execPath, [ADT, '--data-dir', dataDir, ...args], { env: { ...clean, ...env } });
  atEnd(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      child.emit('written');
    });
  }
  // A command that ends early closes its stdin on us.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const result = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }));
  return {
    pid: child.pid ?? 0,
    result,
    async said(pattern) {
      const ended = result.then(() => true);
      for (;;) {
        const match = written.stderr.match(pattern);
        if (match) return match[0];
        const over = await Promise.race([once(child, 'written').then(() => false), ended]);
        if (over && !pattern.test(written.stderr))
          throw new Error(`never said ${pattern}: ${written.stderr}`);
      }
    },
    kill: (signal) => void child.kill(signal),
  };
}
