/** A view as Parquet: a row group for every ten pages, so that memory does not grow with the view. */
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { TrialRow } from '../../components/trials/rows';
import type { ExportColumn } from './exportColumns';
import type { Pages } from './textFormats';

const GROUP_ROWS = 10_000;

export async function* parquetChunks(
  pages: Pages,
  columns: readonly ExportColumn[],
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema: schemaOf(columns) });
  /** What has been written since it was last asked; offsets in the file go on. */
  const taken = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  let group: TrialRow[] = [];
  const writeGroup = () => {
    const columnData = columns.map(({ name, read }) => ({
      name,
      data: group.map((row) => read(row) ?? null),
    }));
    void file.write({ columnData, rowGroupSize: GROUP_ROWS });
    group = [];
  };
  for await (const rows of pages) {
    group.push(...rows);
    if (group.length < GROUP_ROWS) continue;
    writeGroup();
    yield taken();
  }
  if (group.length > 0) writeGroup();
  void file.finish();
  yield taken();
}

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, kind }): SchemaElement => {
      const optional = { name, repetition_type: 'OPTIONAL' } as const;
      return kind === 'number'
        ? { ...optional, type: 'DOUBLE' }
        : { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    }),
  ];
}
