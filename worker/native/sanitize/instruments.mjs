/** What an instrument is: its compiler flags, the runtime that must be there, and how Node runs under it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const DEBUG = ['-O1', '-g', '-fno-omit-frame-pointer'];

/**
 * `runtime`: the library that Node, which is not instrumented, must load first. `env`: where reports go, among others.
 * `wrap`: the command that runs Node. The first finding of the sanitizers ends the process, valgrind goes on.
 */
export const INSTRUMENTS = {
  address: {
    flags: ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined', ...DEBUG],
    runtime: 'libasan.so',
    env: (log) => ({
      ASAN_OPTIONS: `log_path=${log}:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1`,
      UBSAN_OPTIONS: `log_path=${log}:print_stacktrace=1`,
    }),
    wrap: (node) => node,
  },
  thread: {
    flags: ['-fsanitize=thread', ...DEBUG],
    runtime: 'libtsan.so',
    // Node's own atomics are invisible to it, so what Node does is not looked at.
    env: (log) => ({
      TSAN_OPTIONS: `log_path=${log}:halt_on_error=1:ignore_noninstrumented_modules=1:history_size=4`,
    }),
    // Its shadow memory has fixed addresses, which random ones of a new kernel's programs may hit.
    wrap: (node) => ['setarch', process.arch === 'x64' ? 'x86_64' : 'aarch64', '-R', ...node],
  },
  valgrind: {
    flags: DEBUG,
    runtime: null,
    env: () => ({}),
    // No JIT: code that writes itself is slow here, and what V8 does is not looked at anyway.
    wrap: (node, log) => {
      const xml = ['--xml=yes', `--xml-file=${log}.%p`, '--child-silent-after-fork=yes'];
      const what = [
        '--error-limit=no',
        '--leak-check=full',
        '--show-leak-kinds=definite',
        '--num-callers=30',
      ];
      const [command, ...args] = node;
      return ['valgrind', '--quiet', ...xml, ...what, command, '--jitless', ...args];
    },
  },
};

/**
 * @param {string} name of an instrument
 * @param {string} compiler
 * @returns {{preload: string | null} | {missing: string}}
 */
export function findRuntime(name, compiler) {
  if (process.platform !== 'linux') return { missing: 'Linux only' };
  if (name === 'valgrind') {
    const { status } = spawnSync('valgrind', ['--version']);
    return status === 0 ? { preload: null } : { missing: 'no valgrind (Debian: apt-get install valgrind)' };
  }
  const { runtime } = INSTRUMENTS[name];
  // A compiler that does not know the library gives its name back.
  const path = spawnSync(compiler, [`-print-file-name=${runtime}`], { encoding: 'utf8' }).stdout.trim();
  if (!path.includes('/') || !existsSync(path)) return { missing: `${compiler} has no ${runtime}` };
  if (name === 'thread' && spawnSync('setarch', ['--version']).status !== 0)
    return { missing: 'no setarch (Debian: apt-get install util-linux)' };
  return { preload: path };
}
