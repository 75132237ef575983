/**
 * OpenTelemetry traces, off unless OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) names a collector: a span a call,
 * a span an attempt with its phases, one trace from the worker's attempt to every call that it makes.
 */

import {
  InterceptingCall,
  type Interceptor,
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** Ids that a request may carry, and what a span calls them. */
const NAMED_IDS = {
  trialId: 'adt.trial',
  leaseEpoch: 'adt.lease_epoch',
  workerId: 'adt.worker',
  sweepId: 'adt.sweep',
};

const tracer = () => trace.getTracer('adt-search');

export type Tracing = { /** Sends what is pending. */ close(): Promise<void> };

/** Whether the environment names a collector. */
export function isTraced(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED === 'true') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/**
 * Begins to trace this process; without a collector in `env` nothing is loaded and nothing costs.
 * @param service what the spans are filed under, unless OTEL_SERVICE_NAME says otherwise
 * @throws Error when a collector is named but the SDK, an optional dependency, is not installed
 */
export async function openTracing(service: string, env: NodeJS.ProcessEnv): Promise<Tracing> {
  if (!isTraced(env)) return { close: async () => {} };
  const {
    AsyncLocalStorageContextManager,
    BatchSpanProcessor,
    OTLPTraceExporter,
    resourceFromAttributes,
    TracerProvider,
    W3CTraceContextPropagator,
  } = await sdk();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME || service }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return { close: () => provider.shutdown() };
}

async function sdk() {
  try {
    return {
      ...(await import('@opentelemetry/context-async-hooks')),
      ...(await import('@opentelemetry/core')),
      ...(await import('@opentelemetry/exporter-trace-otlp-http')),
      ...(await import('@opentelemetry/resources')),
      ...(await import('@opentelemetry/sdk-trace')),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `OTEL_EXPORTER_OTLP_ENDPOINT: the OpenTelemetry SDK is not installed (npm install): ${why}`,
    );
  }
}

/** Does `work` in a span of its own; what it calls, however asynchronously, belongs to that span. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A client's calls tell the server to which span they belong. */
export const callerTracing: Interceptor = (options, nextCall) =>
  new InterceptingCall(nextCall(options), {
    start(metadata, listener, next) {
      // The caller's metadata serve all of its calls.
      const own = metadata.clone();
      propagation.inject(context.active(), own, { set: (carrier, key, value) => carrier.set(key, value) });
      next(own, listener);
    },
  });

const fromMetadata = {
  keys: (carrier: Metadata) => Object.keys(carrier.getMap()),
  get: (carrier: Metadata, key: string) => carrier.get(key).map(String),
};

/** A span for every call that a server answers, refusals of later interceptors included. */
export const serverTracing: ServerInterceptor = ({ path }, call) => {
  let span: Span | null = null;
  const end = (code: status, details: string | null | undefined) => {
    span?.setAttribute('rpc.grpc.status_code', code);
    if (code !== status.OK) span?.setStatus({ code: SpanStatusCode.ERROR, message: details ?? '' });
    span?.end();
    span = null;
  };
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      const caller = propagation.extract(context.active(), metadata, fromMetadata);
      const attributes = { 'rpc.system': 'grpc', 'rpc.method': path };
      span = tracer().startSpan(path.slice(1), { kind: SpanKind.SERVER, attributes }, caller);
      next(metadata);
    })
    .withOnReceiveMessage((message, next) => {
      span?.setAttributes(idsOf(message));
      next(message);
    })
    .withOnCancel(() => end(status.CANCELLED, 'the caller went away'))
    .build();
  const responder = new ResponderBuilder()
    .withStart((next) => next(listener))
    .withSendStatus((sent, next) => {
      end(sent.code, sent.details);
      next(sent);
    })
    .build();
  return new ServerInterceptingCall(call, responder);
};

function idsOf(message: unknown): Attributes {
  const fields = message as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(NAMED_IDS).flatMap(([field, name]) => {
      const value = fields?.[field];
      return typeof value === 'number' || (typeof value === 'string' && value !== '') ? [[name, value]] : [];
    }),
  );
}
