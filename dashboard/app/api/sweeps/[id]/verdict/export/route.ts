/** The verdicts as a file: LaTeX, CSV or JSON, as the coordinator writes them for `adt compare` too. */
import { problem, problemResponse } from '@/lib/problem';
import { noSuch, parseId } from '@/lib/route';
import { VERDICT_FORMATS, type VerdictFormat, verdictText } from '@/lib/verdict';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const query = new URL(request.url).searchParams;
  const format = query.get('format') ?? '';
  if (!isFormat(format)) {
    const detail = `format must be one of ${Object.keys(VERDICT_FORMATS).join(', ')}.`;
    return problemResponse(problem(422, 'INVALID_ARGUMENT', 'The input was refused', detail));
  }
  const text = await verdictText(sweepId, query.get('metric') ?? '', format);
  if (!text.ok) return problemResponse(text.problem);
  const { type, suffix } = VERDICT_FORMATS[format];
  return new Response(text.value, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-disposition': `attachment; filename="sweep-${sweepId}-verdict.${suffix}"`,
      'cache-control': 'no-store',
    },
  });
}

function isFormat(format: string): format is VerdictFormat {
  return Object.hasOwn(VERDICT_FORMATS, format);
}
