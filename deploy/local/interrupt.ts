/** Ctrl-C, SIGTERM and the end of the terminal: the first asks for a clean stop, a second Ctrl-C for the end. */
import { Interrupted } from '@adt/coordinator/cli/failure';
import { SECOND_SIGNAL_AFTER_MS } from './tunables.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Takes the signals over until `release`.
 * @param again called when Ctrl-C, or SIGTERM, comes once more: the stop takes too long for somebody
 */
export function onInterrupt(stop: (reason: Interrupted) => void, again: () => void): { release(): void } {
  let firstMs: number | undefined;
  const handle = (name: NodeJS.Signals) => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      stop(new Interrupted(`stopped by ${name}`));
      return;
    }
    // One Ctrl-C reaches us twice, from the terminal and forwarded by npm; a closed terminal hangs up twice, too.
    if (name !== 'SIGHUP' && performance.now() - firstMs > SECOND_SIGNAL_AFTER_MS) again();
  };
  for (const name of SIGNALS) process.on(name, handle);
  // A terminal that is gone can't be written to; the stop goes on without it.
  const ignore = () => {};
  process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  return {
    release() {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
