/** The numbers behind a chart as a table: what its CSV holds and what a screen reader is told. Pure. */

export type ChartCell = string | number | null;

/** Every row has one cell a column; null: there is no value. */
export type ChartTable = { columns: readonly string[]; rows: readonly (readonly ChartCell[])[] };

/** RFC 4180: CRLF, quotes where they are needed; null is an empty field. Numbers at full precision. */
export function csvOf({ columns, rows }: ChartTable): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(cell: ChartCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  // A spreadsheet would take such a text for a formula.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
