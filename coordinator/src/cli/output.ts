/** Text on stdout: JSON documents, aligned tables, numbers as people read them, colours where they belong. */
import { styleText } from 'node:util';

export type Column = { title: string; align?: 'left' | 'right' };
type Style = Parameters<typeof styleText>[0];

/** Writes one JSON document, the only thing on stdout of a command with --json. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Remarks belong on stderr, so that a piped stdout stays clean. */
export function printNote(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Colours `text` on a terminal; leaves it plain in a pipe or with NO_COLOR. */
export function paint(style: Style, text: string, stream: { isTTY?: boolean } = process.stdout): string {
  const colourful = stream.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  return colourful ? styleText(style, text) : text;
}

/** Rows as aligned columns under a header line; every row has one cell a column. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) =>
        columns[at]?.align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const header = paint('bold', line(columns.map((column) => column.title)));
  return [header, ...rows.map(line)].join('\n');
}

const INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function formatCount(value: number): string {
  return INTEGER.format(value);
}

/** A share in percent, one digit. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** Seconds as 4.2 s, 3 min 05 s or 2 h 10 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
