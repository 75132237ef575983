'use client';
/** Brings a data set in: a bundle by upload, with progress; anything else by the command that makes a bundle of it. */
import { DATASET_NAME_RULE, DATASET_NAME as NAME } from '@adt/proto/datasetNameRule';
import { Upload as UploadIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { CONTROL, ErrorList, Field, Input } from '@/components/ui/field';
import { CopyText } from '@/components/workers/copyText';
import { formatBytes, formatPercent } from '@/format/number';
import { type Upload, useUpload } from './useUpload';

const IMPORT = "npx adt dataset import DIR --name NAME --fp 'rating<3'";

export function ImportDataset({ taken }: { taken: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [replace, setReplace] = useState(false);
  const router = useRouter();
  const { upload, send, stop, reset } = useUpload(() => router.refresh());
  const isTaken = taken.includes(name);
  const isSending = upload.kind === 'sending';
  const canSend = file !== null && NAME.test(name) && (!isTaken || replace) && !isSending;
  const close = (next: boolean) => {
    // What is under way goes on only while it is seen.
    if (!next && isSending) stop();
    if (!next) {
      if (upload.kind === 'done') router.refresh();
      reset();
      setFile(null);
      setName('');
      setReplace(false);
    }
    setOpen(next);
  };
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <UploadIcon aria-hidden size={14} /> Import
      </Button>
      <Dialog
        open={open}
        onOpenChange={close}
        title="Import a data set"
        description={
          <div className="space-y-4">
            <div>
              <p className="mb-1 text-sm">
                Ratings, clicks or dwell times as files: this reads them, splits them, and sends the result
                here.
              </p>
              <CopyText label="Import command" text={IMPORT} />
            </div>
            <form
              id="upload"
              className="space-y-3"
              onSubmit={(event) => {
                event.preventDefault();
                if (file !== null && canSend) send(file, name, replace);
              }}
            >
              <Field
                label="A bundle, .adtb"
                hint="As the command leaves it under datasets/ of the data directory."
              >
                {(control) => (
                  <input
                    {...control}
                    type="file"
                    accept=".adtb,application/octet-stream"
                    className={`${CONTROL} h-auto py-1.5 text-sm`}
                    disabled={isSending}
                    onChange={(event) => {
                      setFile(event.target.files?.[0] ?? null);
                      reset();
                    }}
                  />
                )}
              </Field>
              <Field label="Name" errors={name === '' || NAME.test(name) ? [] : [DATASET_NAME_RULE]}>
                {(control) => (
                  <Input
                    {...control}
                    name="dataset-name"
                    placeholder="my-data"
                    value={name}
                    disabled={isSending}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              {isTaken && (
                <label className="flex items-start gap-2 text-sm">
                  <input
                    type="checkbox"
                    className="mt-1"
                    checked={replace}
                    onChange={(event) => setReplace(event.target.checked)}
                  />
                  <span>
                    “{name}” is there already: let the name mean this bundle from now on. Sweeps that ran keep
                    what they used.
                  </span>
                </label>
              )}
            </form>
            <Progress upload={upload} bytes={file?.size ?? 0} />
          </div>
        }
        actions={
          <>
            {isSending ? (
              <Button onClick={stop}>Stop</Button>
            ) : (
              <Button onClick={() => close(false)}>{upload.kind === 'done' ? 'Done' : 'Close'}</Button>
            )}
            <Button type="submit" form="upload" variant="primary" disabled={!canSend}>
              Upload
            </Button>
          </>
        }
      />
    </>
  );
}

function Progress({ upload, bytes }: { upload: Upload; bytes: number }) {
  switch (upload.kind) {
    case 'idle':
      return null;
    case 'sending': {
      const text =
        upload.share < 1
          ? `${formatPercent(upload.share)} of ${formatBytes(bytes)} sent`
          : 'All of it is sent; the platform checks it';
      return (
        <div>
          <progress className="h-2 w-full accent-ink" aria-label="Upload" max={1} value={upload.share} />
          <p role="status" className="tabular text-sm">
            {text}
          </p>
        </div>
      );
    }
    case 'done':
      return (
        <p role="status" className="rounded-md bg-sunken px-3 py-2 text-good text-sm">
          “{upload.dataset.name}” is stored and ready for sweeps.
        </p>
      );
    case 'refused':
      return <ErrorList errors={[`${upload.problem.title}: ${upload.problem.detail}`]} />;
    default:
      return upload satisfies never;
  }
}
