/** CSV that a spreadsheet reads as data: quoted by RFC 4180, and nothing in it becomes a formula. As `adt sweep export`. */

export type CsvCell = string | number | null | undefined;

/** One line with its end. Numbers stay numbers; text that a spreadsheet would compute gets a leading apostrophe. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
