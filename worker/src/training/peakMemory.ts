/** The largest resident size of this process so far. */
import { readFileSync } from 'node:fs';

/**
 * In bytes. Linux's own mark first: what getrusage says may be the size of the process that this one was forked from.
 */
export function peakMemoryBytes(): number {
  return linuxPeakBytes() ?? process.resourceUsage().maxRSS * 1024;
}

function linuxPeakBytes(): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
