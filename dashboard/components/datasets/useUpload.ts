'use client';
/** Sends one file with its progress. XMLHttpRequest: fetch does not say how much of a body has gone. */
import type { Dataset } from '@adt/proto/gen/adt/v1/search';
import { useRef, useState } from 'react';
import type { Problem } from '@/lib/problem';

export type Upload =
  | { kind: 'idle' }
  /** 0 to 1; at 1 the platform checks what it has. */
  | { kind: 'sending'; share: number }
  | { kind: 'done'; dataset: Dataset }
  | { kind: 'refused'; problem: Pick<Problem, 'title' | 'detail'> };

const BROKEN = { title: 'The upload broke off', detail: 'Nothing was stored. Try again.' };

export function useUpload(onDone: () => void) {
  const [upload, setUpload] = useState<Upload>({ kind: 'idle' });
  const running = useRef<XMLHttpRequest | null>(null);
  const send = (file: File, name: string, replace: boolean) => {
    const request = new XMLHttpRequest();
    running.current = request;
    request.open(
      'POST',
      `/api/datasets/upload?name=${encodeURIComponent(name)}${replace ? '&replace=1' : ''}`,
    );
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) =>
      setUpload({ kind: 'sending', share: total === 0 ? 0 : loaded / total });
    request.onload = () => {
      const end = endOf(request);
      setUpload(end);
      if (end.kind === 'done') onDone();
    };
    request.onerror = () => setUpload({ kind: 'refused', problem: BROKEN });
    request.onabort = () => setUpload({ kind: 'idle' });
    setUpload({ kind: 'sending', share: 0 });
    request.send(file);
  };
  return {
    upload,
    send,
    stop: () => running.current?.abort(),
    reset: () => setUpload({ kind: 'idle' }),
  };
}

function endOf({ status, responseText }: XMLHttpRequest): Upload {
  try {
    const body: unknown = JSON.parse(responseText);
    if (status === 201) return { kind: 'done', dataset: body as Dataset };
    return { kind: 'refused', problem: body as Problem };
  } catch {
    return { kind: 'refused', problem: BROKEN };
  }
}
