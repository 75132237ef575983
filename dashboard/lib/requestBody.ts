/** Reads a JSON body within the size limit, or says why not. */
import type { z } from 'zod';
import { type Answer, problem } from './problem';
import { MAX_BODY_BYTES } from './tunables';

/** The body, checked against `schema`; refusals are 413, 415, 400 or 422. */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<Answer<T>> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    return refuse(415, 'UNSUPPORTED_TYPE', 'Wrong content type', 'Send application/json.');
  }
  const text = await readText(request);
  if (text === null) {
    return refuse(413, 'TOO_LARGE', 'Too large', `A request may have ${MAX_BODY_BYTES / 1024} KiB.`);
  }
  const parsed = parseJson(text);
  if ('place' in parsed)
    return refuse(400, 'PARSE_ERROR', 'Not JSON', `The body is no JSON: ${parsed.place}.`);
  const checked = schema.safeParse(parsed.value);
  if (checked.success) return { ok: true, value: checked.data };
  const violations = checked.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
  }));
  return {
    ok: false,
    problem: { ...problem(422, 'INVALID_ARGUMENT', 'The input was refused', 'See the fields.'), violations },
  };
}

/** Null when there is more than the limit; what is beyond it is never held. */
async function readText(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return null;
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): { value: unknown } | { place: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { place: placeOf(text, error instanceof Error ? error.message : '') };
  }
}

/** V8 names the position in its message, but for an end that comes too early. */
function placeOf(text: string, message: string): string {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function refuse(status: number, code: string, title: string, detail: string): Answer<never> {
  return { ok: false, problem: problem(status, code, title, detail) };
}
