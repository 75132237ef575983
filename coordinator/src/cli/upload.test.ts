import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Dataset,
  SearchServiceClient,
  SearchServiceService,
  type UploadDatasetRequest,
} from '@adt/proto/gen/adt/v1/search';
import { contentAddress } from '@adt/worker/data/encodeBundle';
import { type DatasetStore, openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import {
  credentials,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { uploadDataset, uploadIfRunning } from './upload.js';

type Upload = ServerReadableStream<UploadDatasetRequest, Dataset>;
type Answer = sendUnaryData<Dataset>;

let dataDir: string;
let store: DatasetStore;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'adt-upload-'));
  store = await openStore(dataDir);
  return () => rm(dataDir, { recursive: true, force: true });
});

/** A coordinator's gRPC port that hands uploads to `receive`; answers with what listens where. */
async function serve(receive: (call: Upload, answer: Answer) => void): Promise<string> {
  const server = new Server();
  server.addService({ uploadDataset: SearchServiceService.uploadDataset }, { uploadDataset: receive });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

function connect(grpc: string): SearchServiceClient {
  const client = new SearchServiceClient(grpc, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

const context = () => ({ dataDir, json: false, verbose: false, signal: new AbortController().signal });
const refuse = (code: status, details: string) => (_call: Upload, answer: Answer) =>
  answer({ code, details });

describe('uploading a data set', () => {
  it('sends the head, then the whole file in chunks of at most 256 KiB, with the token', async () => {
    const dataset = await ensureSynthetic(store);
    const chunks: Buffer[] = [];
    const seen: { head?: UploadDatasetRequest['head']; authorization?: unknown } = {};
    const grpc = await serve((call, answer) => {
      seen.authorization = call.metadata.get('authorization')[0];
      call.on('data', ({ head, chunk }: UploadDatasetRequest) => {
        if (head) seen.head = head;
        if (chunk) chunks.push(chunk);
      });
      call.on('end', () => answer(null, Dataset.fromPartial({ name: 'stored' })));
    });
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    const stored = await uploadDataset({ client: connect(grpc), token: 'secret', dataset, onProgress });
    expect(stored.name).toBe('stored');
    const content = Buffer.concat(chunks);
    expect(contentAddress(content)).toBe(dataset.sha256);
    expect(seen).toEqual({
      authorization: 'Bearer secret',
      head: { name: 'synthetic', sha256: dataset.sha256, bytes: content.length, replace: false },
    });
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    expect(shares.at(-1)).toBe(1);
  });

  it('ends with the reason when the platform refuses before it has read anything', async () => {
    const dataset = await ensureSynthetic(store);
    const grpc = await serve(refuse(status.ALREADY_EXISTS, 'synthetic names other content'));
    await expect(uploadDataset({ client: connect(grpc), token: 'secret', dataset })).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
    });
  });

  it('ends with the signal when it is aborted while the platform reads nothing', async () => {
    const dataset = await ensureSynthetic(store);
    const stop = new AbortController();
    const grpc = await serve((call) => {
      call.pause();
      stop.abort(new Error('enough'));
    });
    const upload = uploadDataset({ client: connect(grpc), token: 'secret', dataset, signal: stop.signal });
    await expect(upload).rejects.toThrow('enough');
  });
});

describe('an import', () => {
  it('says nothing when no platform was started, or when its run.json is of a dead one', async () => {
    const dataset = await ensureSynthetic(store);
    expect(await uploadIfRunning(context(), dataset, false)).toBe(false);
    await writeFile(join(dataDir, 'run.json'), JSON.stringify({ grpc: '127.0.0.1:9', token: 'secret' }));
    expect(await uploadIfRunning(context(), dataset, false)).toBe(false);
  });

  it('uploads to the platform that run.json names', async () => {
    const dataset = await ensureSynthetic(store);
    const grpc = await serve((call, answer) => {
      call.resume().on('end', () => answer(null, Dataset.fromPartial({})));
    });
    await writeFile(join(dataDir, 'run.json'), JSON.stringify({ grpc, token: 'secret' }));
    expect(await uploadIfRunning(context(), dataset, false)).toBe(true);
  });
});
