/** A progress bar on stderr while it is a terminal; silent in a pipe. */
import { formatSeconds, paint } from './output.js';
import { PROGRESS_INTERVAL_MS } from './tunables.js';

/** Characters of the bar itself. */
const BAR = 16;
/** Where the terminal does not say how wide it is. */
const USUAL_COLUMNS = 80;

export type Progress = {
  /**
   * @param fraction done, 0 to 1
   * @param detail short text behind the bar
   * @param left what is known of the time left; null: told from the share alone
   */
  update(fraction: number, detail?: string, left?: string | null): void;
  /** Takes the bar away; what is printed next starts on a clean line. Safe to call twice. */
  clear(): void;
};

type Terminal = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** Shows `label`, a bar, percent, the caller's detail and the time left. */
export function startProgress(label: string, stream: Terminal = process.stderr): Progress {
  if (stream.isTTY !== true) return { update() {}, clear() {} };
  const started = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    update(fraction, detail = '', left = null) {
      const now = performance.now();
      if (now - drawn < PROGRESS_INTERVAL_MS && fraction < 1) return;
      drawn = now;
      const bar = barOf(fraction);
      const line = `${label}  ${bar} ${shareLine(fraction, (now - started) / 1000, left)}  ${detail}`;
      // Cut before it is coloured: a cut colour code would colour the rest of the terminal.
      const shown = line.slice(0, (stream.columns || USUAL_COLUMNS) - 1);
      stream.write(`\r\x1b[2K${shown.replace(bar, paint('cyan', bar, stream))}`);
    },
    clear() {
      if (drawn > 0) stream.write('\r\x1b[2K');
      drawn = Number.NEGATIVE_INFINITY;
    },
  };
}

function barOf(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR);
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

function shareLine(fraction: number, elapsedSeconds: number, left: string | null): string {
  const percent = `${String(Math.floor(Math.min(1, Math.max(0, fraction)) * 100)).padStart(3)} %`;
  if (left !== null) return `${percent}  ${left}`;
  const known = fraction > 0.02 && fraction < 1;
  return known ? `${percent}  ${formatSeconds((elapsedSeconds * (1 - fraction)) / fraction)} left` : percent;
}
