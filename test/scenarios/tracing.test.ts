/** Traces of a platform, as a collector receives them: one trace from an attempt to every call that it makes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adt } from '../harness/adtCommand.js';
import { atEnd } from '../harness/cleanup.js';
import { type Platform, startPlatform } from '../harness/platform.js';

const ONE_TRIAL = `
name: traced
method: grid
parameters: {dataset: {value: synthetic}, loss: {value: CE}}
training: {epochs: 1, eval_every: 50}
seeds: {search: [1]}
`;

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .transform((list) =>
    Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]] as const)),
  );
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes,
});
/** OTLP over HTTP as JSON, as far as we look: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

type Span = z.infer<typeof span> & { service: unknown };

const spans: Span[] = [];
let platform: Platform;

async function startCollector(): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = exported.parse(JSON.parse(Buffer.concat(chunks).toString()));
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const service = resource.attributes['service.name'];
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((one) => ({ ...one, service }))));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const named = (name: string) => spans.filter((one) => one.name === name);

describe('a traced platform', () => {
  beforeAll(async () => {
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: await startCollector() };
    platform = await startPlatform({ workers: 1, coordinatorEnv: traced, workerEnv: traced });
    const env = { ADT_COORDINATOR: platform.grpc, ADT_TOKEN: platform.token };
    const args = ['sweep', 'submit', '-', '--watch'];
    expect(await adt({ dataDir: platform.dataDir, args, env, input: ONE_TRIAL })).toMatchObject({ code: 0 });
    // A process that ends cleanly sends what is pending.
    await platform.workers[0]?.stop();
    await platform.coordinator.stop();
  }, 120_000);

  it('has a span an attempt, with what it trains, and its phases below', () => {
    const [attempt, ...others] = named('attempt');
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({
      service: 'adt-worker',
      attributes: { 'adt.trial': 1, 'adt.lease_epoch': 1, 'adt.dataset': 'synthetic', 'adt.loss': 'CE' },
    });
    for (const phase of ['fetch bundle', 'train', 'complete'])
      expect(named(phase)).toMatchObject([{ parentSpanId: attempt?.spanId, traceId: attempt?.traceId }]);
  });

  it("has the coordinator's side of a call in the caller's trace", () => {
    const [complete] = named('complete');
    expect(named('adt.v1.TrialService/Complete')).toMatchObject([
      {
        service: 'adt-coordinator',
        traceId: complete?.traceId,
        parentSpanId: complete?.spanId,
        attributes: { 'rpc.grpc.status_code': 0 },
      },
    ]);
  });

  it('has no secret in any span', () => {
    expect(JSON.stringify(spans)).not.toContain(platform.token);
  });
});
