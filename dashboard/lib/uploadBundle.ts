/** Passes a bundle on to the coordinator as it arrives: nothing of it is held here, or written anywhere. */
import 'server-only';
import { once } from 'node:events';
import type { Dataset, UploadDatasetRequest } from '@adt/proto/gen/adt/v1/search';
import type { ClientWritableStream } from '@grpc/grpc-js';
import { logRefusal, searchStream } from './clients';
import { NOT_SIGNED_IN } from './coordinator';
import { type Answer, problemOfCall } from './problem';
import { readSession } from './session';
import { UPLOAD_CHUNK_BYTES, UPLOAD_DEADLINE_MS } from './tunables';

export type BundleUpload = {
  name: string;
  bytes: number;
  /** Let the name point to other content than before. */
  replace: boolean;
  body: ReadableStream<Uint8Array>;
};

/** For a signed-in browser. A body that breaks off takes the call along, and the coordinator what it had of it. */
export async function uploadBundle({ name, bytes, replace, body }: BundleUpload): Promise<Answer<Dataset>> {
  const session = await readSession();
  if (session.kind === 'closed') return { ok: false, problem: NOT_SIGNED_IN };
  if (session.kind === 'unknown') return { ok: false, problem: session.problem };
  const { client, metadata } = searchStream();
  const ended = new AbortController();
  return new Promise((resolve) => {
    const deadline = Date.now() + UPLOAD_DEADLINE_MS;
    const call = client.uploadDataset(metadata, { deadline }, (error, dataset) => {
      ended.abort();
      if (error === null) return resolve({ ok: true, value: dataset });
      logRefusal(error);
      resolve({ ok: false, problem: problemOfCall(error) });
    });
    call.write({ head: { name, sha256: '', bytes, replace } });
    // The callback says what became of it, whichever side broke off.
    sendAll(call, body, ended.signal).catch(() => call.cancel());
  });
}

async function sendAll(
  call: ClientWritableStream<UploadDatasetRequest>,
  body: ReadableStream<Uint8Array>,
  ended: AbortSignal,
): Promise<void> {
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // Once refused, the rest is read and dropped: a browser hears an answer only after its request.
    if (ended.aborted) continue;
    const { buffer, byteOffset, byteLength } = next.value;
    for (let at = 0; at < byteLength; at += UPLOAD_CHUNK_BYTES) {
      const chunk = Buffer.from(buffer, byteOffset + at, Math.min(UPLOAD_CHUNK_BYTES, byteLength - at));
      if (!call.write({ chunk })) await once(call, 'drain', { signal: ended }).catch(() => undefined);
    }
  }
  if (!ended.aborted) call.end();
}
