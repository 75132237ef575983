/** What a backup says of itself: every part with its size and hash, and the version of the schema. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';

const count = z.int().min(0);
const part = {
  /** Relative to the backup's folder; nothing that leads out of it. */
  file: z.string().regex(/^(tables|objects)\/[\w-]+(\.[\w-]+)*$/),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
};
const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);

const manifestSchema = z.strictObject({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Version of the program that wrote it. */
  version: z.string(),
  /** In the order they were applied: what the rows fit. */
  migrations: z.array(z.strictObject({ name: z.string(), checksum: z.string() })),
  /** In an order that keeps references: gzip of COPY's text format. */
  tables: z.array(z.strictObject({ name, columns: z.array(name).min(1), rows: count, ...part })),
  sequences: z.array(z.strictObject({ name, next: count })),
  /** null: there was no NATS to ask. */
  objects: z
    .array(
      z.strictObject({
        bucket: z.string().regex(/^adt-[\w-]+$/),
        name: z.string().min(1),
        description: z.string(),
        metadata: z.record(z.string(), z.string()),
        ...part,
      }),
    )
    .nullable(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type TablePart = Manifest['tables'][number];
export type ObjectPart = NonNullable<Manifest['objects']>[number];

/** A backup that can't be used, or a place that can't take one; `message` says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** @throws BackupError when the folder holds no backup of a version that is known here */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (cause) {
    throw new BackupError(`${folder}: no backup here, its ${MANIFEST} can't be read`, { cause });
  }
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BackupError(
    `${folder}: ${MANIFEST} is damaged or of another version: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Reads every part from its first byte to its last. @throws BackupError naming the first that is not what was written */
export async function verifyParts(folder: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
  for (const { file, bytes, sha256 } of [...manifest.tables, ...(manifest.objects ?? [])]) {
    const path = join(folder, file);
    const size = await stat(path).then(
      (found) => found.size,
      () => null,
    );
    if (size === null) throw new BackupError(`${file}: is missing`);
    if (size !== bytes) throw new BackupError(`${file}: has ${size} bytes, ${bytes} were written`);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
    if (hash.digest('hex') !== sha256) throw new BackupError(`${file}: is damaged, its SHA-256 is another`);
  }
}
