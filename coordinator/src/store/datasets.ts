/** Names of bundles. The content lies in the object store under its hash. */
import type { Database } from '@adt/prisma/client';
import type { BundleHeader } from '@adt/worker/data/bundle';

export type DatasetRow = {
  name: string;
  sha256: string;
  bytes: number;
  header: BundleHeader;
  createdAt: Date;
};

export async function listDatasets(db: Database): Promise<DatasetRow[]> {
  const rows = await db.prisma.dataset.findMany({ orderBy: { name: 'asc' } });
  return rows.map(rowOf);
}

export async function findDataset(db: Database, name: string): Promise<DatasetRow | null> {
  const row = await db.prisma.dataset.findUnique({ where: { name } });
  return row && rowOf(row);
}

/** Whether any name points to this content. */
export async function isNamed(db: Database, sha256: string): Promise<boolean> {
  return (await db.prisma.dataset.count({ where: { sha256 } })) > 0;
}

/** Names a bundle; a taken name is moved only with `replace`, else null is returned and nothing changes. */
export async function nameDataset(
  db: Database,
  params: { name: string; sha256: string; bytes: number; header: BundleHeader; replace: boolean },
): Promise<DatasetRow | null> {
  const { name, sha256, bytes, header } = params;
  const { rows } = await db.pool.query<DatasetRow>(
    `INSERT INTO dataset AS d (name, sha256, bytes, header) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, header = excluded.header
     WHERE $5 OR d.sha256 = excluded.sha256
     RETURNING name, sha256, bytes::float8 AS bytes, header, created_at AS "createdAt"`,
    [name, sha256, bytes, JSON.stringify(header), params.replace],
  );
  return rows[0] ?? null;
}

function rowOf(row: {
  name: string;
  sha256: string;
  bytes: bigint;
  header: unknown;
  createdAt: Date;
}): DatasetRow {
  return { ...row, bytes: Number(row.bytes), header: row.header as BundleHeader };
}
