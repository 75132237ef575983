/** The launcher's own questions to the coordinator it started. */

import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import {
  type Dataset,
  SearchServiceClient,
  SpecFormat,
  type SweepSummary,
  type TrialSummary,
} from '@adt/proto/gen/adt/v1/search';
import { AUTHORIZATION, ERROR_INFO } from '@adt/proto/token';
import {
  type CallOptions,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { BadInput } from './launchOptions.js';
import { CALL_WITHIN_MS } from './tunables.js';

export type Search = {
  client: SearchServiceClient;
  listDatasets(): Promise<Dataset[]>;
  hasSweeps(): Promise<boolean>;
  submit(spec: string): Promise<SweepSummary>;
  sweep(sweepId: number): Promise<SweepSummary>;
  /** Best first. */
  trials(sweepId: number): Promise<TrialSummary[]>;
  close(): void;
};

type Unary<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, reply: Reply) => void,
) => ClientUnaryCall;

export function openSearch(grpc: string, token: string): Search {
  const client = new SearchServiceClient(grpc, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const ask = <Request, Reply>(method: Unary<Request, Reply>, request: Request) =>
    new Promise<Reply>((resolve, reject) => {
      const options = { deadline: Date.now() + CALL_WITHIN_MS };
      method.call(client, request, metadata, options, (error, reply) =>
        error ? reject(readable(error)) : resolve(reply),
      );
    });
  return {
    client,
    listDatasets: async () => (await ask(client.listDatasets, {})).datasets,
    hasSweeps: async () => (await ask(client.listSweeps, { limit: 1, cursor: '' })).sweeps.length > 0,
    submit: (spec) =>
      ask(client.submitSweep, { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' }),
    async sweep(sweepId) {
      const { summary } = await ask(client.getSweep, { sweepId });
      if (summary === undefined) throw new Error(`sweep ${sweepId} came without a summary`);
      return summary;
    },
    async trials(sweepId) {
      const all: TrialSummary[] = [];
      let cursor = '';
      do {
        const page = await ask(client.listTrials, { sweepId, limit: 1000, cursor, order: 'best' });
        all.push(...page.trials);
        cursor = page.nextCursor;
      } while (cursor !== '');
      return all;
    },
    close: () => client.close(),
  };
}

/** A refusal of what the user gave becomes BadInput, a line a violation. */
function readable(error: ServiceError): Error {
  if (error.code !== status.INVALID_ARGUMENT) return error;
  const [encoded] = error.metadata.get(ERROR_INFO);
  const violations = Buffer.isBuffer(encoded) ? ErrorInfo.decode(encoded).violations : [];
  const lines = violations.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new BadInput(`the sweep is refused: ${lines.length === 0 ? error.details : lines.join('\n  ')}`);
}
