/** Page cursors: opaque to clients, checked when they come back. */
import type { z } from 'zod';
import { invalid } from './refusal.js';

export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws Refusal when the text is not a cursor that this list gave out */
export function decodeCursor<T>(text: string, schema: z.ZodType<T>): T | null {
  if (text === '') return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw invalid('cursor', 'is not from this list');
  }
}
