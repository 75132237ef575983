/**
 * Takes a bundle in: its bytes as the body, `?name=…`, `&replace=1` to let a name point to other content. 411 without a
 * length, 413 beyond the limit, 415 for anything but bytes, 422 for what is no bundle, 409 for a name that is taken.
 */
import { DATASET_NAME, DATASET_NAME_RULE } from '@adt/proto/datasetNameRule';
import { refuseChange } from '@/lib/changeGuard';
import { dashboardEnv } from '@/lib/env';
import { problem, problemResponse } from '@/lib/problem';
import { isKnownHost } from '@/lib/requestGuard';
import { respond } from '@/lib/route';
import { MAX_UPLOAD_BYTES } from '@/lib/tunables';
import { uploadBundle } from '@/lib/uploadBundle';

export async function POST(request: Request): Promise<Response> {
  if (!isKnownHost(request.headers.get('host'), dashboardEnv().ADT_DASHBOARD_HOSTS))
    return refuse(403, 'HOST_NOT_ALLOWED', 'Unknown host name', 'Open the dashboard by its own address.');
  const refused = refuseChange(request, 'change');
  if (refused) return refused;
  if (request.headers.get('content-type') !== 'application/octet-stream')
    return refuse(415, 'UNSUPPORTED_TYPE', 'Wrong content type', 'Send application/octet-stream.');
  const bytes = Number(request.headers.get('content-length') ?? Number.NaN);
  if (!Number.isInteger(bytes) || bytes < 1)
    return refuse(411, 'LENGTH_REQUIRED', 'No length', 'Send the size of the bundle as Content-Length.');
  if (bytes > MAX_UPLOAD_BYTES) {
    const detail = `A bundle may have ${MAX_UPLOAD_BYTES / 1024 ** 3} GiB here: larger ones go by adt dataset import.`;
    return refuse(413, 'TOO_LARGE', 'Too large', detail);
  }
  const query = new URL(request.url).searchParams;
  const name = query.get('name') ?? '';
  if (!DATASET_NAME.test(name) || request.body === null) {
    return refuse(422, 'INVALID_ARGUMENT', 'The input was refused', `The name ${DATASET_NAME_RULE}.`);
  }
  const replace = query.get('replace') === '1';
  return respond(await uploadBundle({ name, bytes, replace, body: request.body }), 201);
}

function refuse(status: number, code: string, title: string, detail: string): Response {
  return problemResponse(problem(status, code, title, detail));
}
