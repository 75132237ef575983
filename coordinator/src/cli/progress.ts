/** A progress bar on stderr while it is a terminal; silent in a pipe. */
import { formatSeconds, paint } from './output.js';
import { PROGRESS_INTERVAL_MS } from './tunables.js';

const WIDTH = 24;

export type Progress = {
  /** @param fraction done, 0 to 1 @param detail short text behind the bar */
  update(fraction: number, detail?: string): void;
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
    update(fraction, detail = '') {
      const now = performance.now();
      if (now - drawn < PROGRESS_INTERVAL_MS && fraction < 1) return;
      drawn = now;
      const line = progressLine(label, fraction, detail, (now - started) / 1000);
      stream.write(`\r\x1b[2K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
    },
    clear() {
      if (drawn > 0) stream.write('\r\x1b[2K');
      drawn = Number.NEGATIVE_INFINITY;
    },
  };
}

function progressLine(label: string, fraction: number, detail: string, elapsedSeconds: number): string {
  const done = Math.min(1, Math.max(0, fraction));
  const filled = Math.round(done * WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const left = done > 0.02 && done < 1 ? `  ${formatSeconds((elapsedSeconds * (1 - done)) / done)} left` : '';
  return `${label}  ${paint('cyan', bar, process.stderr)} ${String(Math.floor(done * 100)).padStart(3)} %  ${detail}${left}`;
}
