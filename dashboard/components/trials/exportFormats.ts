/** The formats that a view of the trials table is exported in. */
export const EXPORT_FORMATS = [
  { id: 'csv', title: 'CSV', file: 'csv', type: 'text/csv; charset=utf-8' },
  { id: 'json', title: 'JSON', file: 'json', type: 'application/json' },
  { id: 'parquet', title: 'Parquet', file: 'parquet', type: 'application/vnd.apache.parquet' },
  { id: 'latex', title: 'LaTeX', file: 'tex', type: 'application/x-tex; charset=utf-8' },
] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
