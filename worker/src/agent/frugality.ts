/** How Node is started for a training, so that it takes little memory beside the parameters. */
import { engineEnv } from '../engines/engineEnv.js';
import { nativeEngine } from '../engines/native/nativeEngine.js';

export type Frugality = { flags: readonly string[]; env: Readonly<Record<string, string>> };

/**
 * A young generation may grow to 48 MB where garbage comes fast, so it is bounded; threads that compile and collect
 * are few, and so are glibc's arenas for them.
 */
const ALWAYS = ['--max-semi-space-size=1', '--v8-pool-size=0', '--single-threaded-gc', '--optimize-for-size'];
/**
 * V8's optimising compiler is 4 MB of code that would be mapped in. Without it a bundle of 3 million interactions is
 * checked in 0.5 s instead of 0.1 s; all else is C++. tfjs computes in JavaScript and needs it.
 */
const WITHOUT_JAVASCRIPT = ['--no-opt'];
/**
 * One arena; and 128 KiB or more come from the kernel and go back to it when they are freed. Left alone glibc raises
 * that bound with what is freed, and evaluations then leave holes of MBs in the heap.
 */
const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

/** @throws EnvError when ADT_ENGINE names nothing */
export function frugality(): Frugality {
  const isNative = engineEnv().engine !== 'tfjs' && nativeEngine().ok;
  return { flags: isNative ? [...ALWAYS, ...WITHOUT_JAVASCRIPT] : ALWAYS, env: MALLOC };
}
