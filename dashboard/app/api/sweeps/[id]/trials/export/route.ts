/** Every row of a view of the trials table as a file, streamed page by page. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EXPORT_FORMATS, type ExportFormat } from '@/components/trials/exportFormats';
import type { TrialPage } from '@/components/trials/rows';
import { parseView, type View } from '@/components/trials/view';
import { exportColumns } from '@/lib/export/exportColumns';
import { parquetChunks } from '@/lib/export/parquet';
import { csvChunks, jsonChunks, latexChunks } from '@/lib/export/textFormats';
import { problem, problemResponse } from '@/lib/problem';
import { noSuch, parseId } from '@/lib/route';
import { trialPage } from '@/lib/trialTable';
import { EXPORT_PAGE } from '@/lib/tunables';

type Context = { params: Promise<{ id: string }> };

export async function GET(request: Request, context: Context): Promise<Response> {
  const { id } = await context.params;
  const sweepId = parseId(id);
  if (sweepId === null) return noSuch('sweep', id);
  const query = new URL(request.url).searchParams;
  const format = EXPORT_FORMATS.find((known) => known.id === query.get('format'));
  if (format === undefined) {
    const known = EXPORT_FORMATS.map((one) => one.id).join(', ');
    return problemResponse(problem(400, 'INVALID', 'No such format', `format must be one of ${known}.`));
  }
  const view = parseView(query);
  // Before the first byte, so that a refusal is told as one.
  const first = await trialPage(sweepId, view, { cursor: '', limit: EXPORT_PAGE });
  if (!first.ok) return problemResponse(first.problem);
  return new Response(streamOf(chunksOf(format, view, pagesFrom(sweepId, view, first.value))), {
    headers: {
      'content-type': format.type,
      'content-disposition': `attachment; filename="sweep-${sweepId}-trials.${format.file}"`,
      'cache-control': 'no-store',
    },
  });
}

/** @throws Error when a later page is refused: the download then breaks off, and does not look whole */
async function* pagesFrom(sweepId: number, view: View, first: TrialPage) {
  yield first.rows;
  let cursor = first.nextCursor;
  while (cursor !== '') {
    const page = await trialPage(sweepId, view, { cursor, limit: EXPORT_PAGE });
    if (!page.ok) throw new Error(`the export broke off: ${page.problem.code}`);
    yield page.value.rows;
    cursor = page.value.nextCursor;
  }
}

function chunksOf(format: ExportFormat, view: View, pages: AsyncIterable<TrialPage['rows']>) {
  const columns = exportColumns(view);
  switch (format.id) {
    case 'csv':
      return csvChunks(pages, columns);
    case 'json':
      return jsonChunks(pages, columns);
    case 'latex':
      return latexChunks(pages, columns);
    case 'parquet':
      return parquetChunks(pages, columns);
    default:
      return format satisfies never;
  }
}

/** Asks for a chunk only when the browser has taken the last one. */
function streamOf(chunks: AsyncGenerator<string | Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  // Each page checks the session anew, which needs this request's cookies wherever the stream is read.
  const inRequest = AsyncLocalStorage.snapshot();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await inRequest(() => chunks.next());
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
