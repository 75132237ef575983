/** A sweep file from disk or stdin: its text, its format, and the data sets it names. */
import { readFile, stat } from 'node:fs/promises';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { MAX_SPEC_BYTES, parseSpec } from '../search/parse.js';
import { UsageError } from './failure.js';

export type SweepFile = { spec: string; format: SpecFormat };

/** @param path `-` reads stdin @throws UsageError when there is nothing to read, too much, or no text */
export async function readSweepFile(path: string): Promise<SweepFile> {
  const bytes = path === '-' ? await readStdin() : await readWhole(path);
  const name = path === '-' ? 'stdin' : path;
  if (bytes.length > MAX_SPEC_BYTES) throw tooLarge(name);
  let spec: string;
  try {
    spec = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name}: is not UTF-8 text`);
  }
  if (spec.trim() === '') throw new UsageError(`${name}: is empty`);
  const json = path === '-' ? spec.trimStart().startsWith('{') : path.endsWith('.json');
  return { spec, format: json ? SpecFormat.JSON : SpecFormat.YAML };
}

/** Names under parameters.dataset; none when the file cannot be read that far, which the platform will say. */
export function namedDatasets({ spec, format }: SweepFile): string[] {
  const parsed = parseSpec({ spec, format: format === SpecFormat.JSON ? 'JSON' : 'YAML' });
  const dataset = parsed.ok ? member(member(parsed.value, 'parameters'), 'dataset') : undefined;
  const values = member(dataset, 'values');
  const names = [member(dataset, 'value'), ...(Array.isArray(values) ? values : [])];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    // Asked first: a path like /dev/zero or a data file of gigabytes must not be read to find out.
    const { size } = await stat(path);
    if (size > MAX_SPEC_BYTES) throw tooLarge(path);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`${path}: no such file`);
    if (code === 'EISDIR') throw new UsageError(`${path}: is a directory, not a sweep file`);
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_SPEC_BYTES) throw tooLarge('stdin');
  }
  return Buffer.concat(chunks);
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name}: is larger than a sweep file may be, ${MAX_SPEC_BYTES} bytes`);
}
