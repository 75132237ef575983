/** Edge cases of the metric stream that no healthy coordinator can be made to produce, over real gRPC. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorInfo, type MetricPoint } from '@adt/proto/gen/adt/v1/common';
import {
  Decision,
  type MetricDown,
  type MetricUp,
  type TrialServiceServer,
  TrialServiceService,
} from '@adt/proto/gen/adt/v1/trial';
import { ERROR_INFO } from '@adt/proto/token';
import { Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../log.js';
import { ACK_WINDOW_POINTS, BATCH_MAX_POINTS } from '../tunables.js';
import { Connection } from './connection.js';
import { Reporter } from './reporter.js';
import { Spool } from './spool.js';

type Stream = ServerDuplexStream<MetricUp, MetricDown>;
/** What the server does with one stream; the n-th stream takes the n-th script, the last one repeats. */
type Script = (stream: Stream, number: number) => void;

const NEVER = new AbortController().signal;
const ATTEMPT = { workerId: 'worker-1', trialId: 7, epoch: 3 };

let folder: string;
let server: Server;
let connection: Connection;
let spool: Spool;
let reporter: Reporter;
let decisions: Decision[];
let poisoned: number;
let spoolCapBytes: number;
/** The table of points, as the database would hold it. */
let stored: Map<number, MetricPoint>;

async function start(...scripts: Script[]): Promise<void> {
  let streams = 0;
  const serve = (stream: Stream) => {
    stream.on('error', () => {});
    scripts[Math.min(streams, scripts.length - 1)]?.(stream, ++streams);
  };
  server.addService(TrialServiceService, { reportMetrics: serve } as unknown as TrialServiceServer);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  connection = new Connection(`127.0.0.1:${port}`, 'a'.repeat(32));
  spool = new Spool(join(folder, 'points.spool'));
  reporter = new Reporter({
    openStream: () => connection.reportMetrics(),
    spool,
    attempt: ATTEMPT,
    objective: 'valid/recall@50',
    spoolCapBytes,
    log: createLog({}, () => true),
    onDecision: (decision) => decisions.push(decision),
    onPoison: () => poisoned++,
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adt-reporter-'));
  server = new Server();
  decisions = [];
  poisoned = 0;
  spoolCapBytes = 2 ** 28;
  stored = new Map();
});

afterEach(async () => {
  await reporter.close();
  spool.delete();
  connection.close();
  server.forceShutdown();
  rmSync(folder, { recursive: true });
});

const points = (from: number, to: number): MetricPoint[] =>
  Array.from({ length: to - from + 1 }, (_, at) => ({
    step: from + at,
    metric: 'valid/recall@50',
    value: from + at,
  }));

function store(up: MetricUp): void {
  for (const [at, point] of (up.batch?.points ?? []).entries()) {
    const seq = (up.batch?.firstSeq ?? 0) + at;
    expect(stored.has(seq) ? stored.get(seq) : point).toEqual(point);
    stored.set(seq, point);
  }
}

const resume = (stream: Stream, decision = Decision.CONTINUE) =>
  stream.write({ resume: { ackedSeq: stored.size, decision }, ack: undefined });
const ack = (stream: Stream, decision = Decision.CONTINUE) =>
  stream.write({ resume: undefined, ack: { ackedSeq: stored.size, decision } });

/** Takes everything, as a coordinator does. */
const healthy: Script = (stream) => {
  stream.on('data', (up: MetricUp) => {
    if (up.hello) return resume(stream);
    store(up);
    ack(stream);
  });
  stream.on('end', () => stream.end());
};

/** Refuses the stream with this status when the n-th batch comes; the ones before are taken. */
function refusing(nth: number, code: status, info?: Partial<ErrorInfo>): Script {
  return (stream) => {
    let batches = 0;
    stream.on('data', (up: MetricUp) => {
      if (up.hello) return resume(stream);
      if (++batches > nth) return;
      if (batches === nth) return stream.emit('error', refusal(code, info));
      store(up);
      ack(stream);
    });
  };
}

function refusal(code: status, info?: Partial<ErrorInfo>): object {
  const metadata = new Metadata();
  if (info) metadata.set(ERROR_INFO, Buffer.from(ErrorInfo.encode(ErrorInfo.create(info)).finish()));
  return { code, details: info?.reason ?? 'no', metadata };
}

function expectStored(count: number): void {
  expect([...stored.values()]).toEqual(points(1, count));
}

describe('Reporter', () => {
  it('says hello with the fence and brings every point over in batches of at most 500', async () => {
    const sizes: number[] = [];
    let hello: unknown;
    let totalSteps = 0;
    await start((stream, number) => {
      stream.on('data', (up: MetricUp) => {
        hello ??= up.hello;
        if (up.batch) sizes.push(up.batch.points.length);
        totalSteps = up.batch?.totalSteps ?? 0;
      });
      healthy(stream, number);
    });
    reporter.append(points(1, 1234), 9000);
    expect(await reporter.flush(NEVER)).toBe(true);
    expect(hello).toEqual(ATTEMPT);
    expect(Math.max(...sizes)).toBe(BATCH_MAX_POINTS);
    expect(totalSteps).toBe(9000);
    expectStored(1234);
  });

  it('sends what is appended later on the same stream', async () => {
    let streams = 0;
    await start((stream, number) => {
      streams = number;
      healthy(stream, number);
    });
    for (let at = 1; at <= 5; at++) {
      reporter.append(points(at, at), 5);
      expect(await reporter.flush(NEVER)).toBe(true);
    }
    expectStored(5);
    expect(streams).toBe(1);
  });

  it('loses and doubles no point when the stream breaks between commit and ack', async () => {
    await start((stream) => {
      stream.on('data', (up: MetricUp) => {
        if (up.hello) return resume(stream);
        store(up);
        stream.emit('error', refusal(status.UNAVAILABLE));
      });
    }, healthy);
    reporter.append(points(1, 750), 750);
    expect(await reporter.flush(NEVER)).toBe(true);
    expectStored(750);
  });

  it('resends what broke off before the commit', async () => {
    await start(refusing(2, status.UNAVAILABLE), refusing(1, status.UNAVAILABLE), healthy);
    reporter.append(points(1, 1600), 1600);
    expect(await reporter.flush(NEVER)).toBe(true);
    expectStored(1600);
  });

  it('resumes from what the coordinator holds when that is less than it had acked', async () => {
    await start(healthy);
    reporter.append(points(1, 600), 600);
    expect(await reporter.flush(NEVER)).toBe(true);
    // A database restored from an older copy; the worker hears of it from Complete, as SEQ_GAP.
    for (let seq = 101; seq <= 600; seq++) stored.delete(seq);
    expect(reporter.agree(stored.size)).toBe(true);
    expect(reporter.agree(601)).toBe(false);
    expect(await reporter.flush(NEVER)).toBe(true);
    expectStored(600);
  });

  it('keeps at most a window of unacked points on the way', async () => {
    let received = 0;
    let atLimit: () => void = () => {};
    const full = new Promise<void>((resolve) => {
      atLimit = resolve;
    });
    let open: Stream | undefined;
    await start((stream) => {
      open = stream;
      stream.on('data', (up: MetricUp) => {
        if (up.hello) return resume(stream);
        store(up);
        received += up.batch?.points.length ?? 0;
        if (received === ACK_WINDOW_POINTS) atLimit();
      });
      stream.on('end', () => stream.end());
    });
    reporter.append(points(1, ACK_WINDOW_POINTS * 2), 1);
    await full;
    // Whatever else was sent would arrive before the answer to this: one stream keeps its order.
    await new Promise((resolve) =>
      connection.call('heartbeat', { workerId: '', leases: [], draining: false }).then(resolve),
    );
    expect(received).toBe(ACK_WINDOW_POINTS);
    if (open) ack(open);
  });

  it('obeys a stale epoch on the third batch: it is fenced and sends nothing more', async () => {
    let streams = 0;
    await start((stream, number) => {
      streams = number;
      refusing(3, status.FAILED_PRECONDITION, { reason: 'STALE_EPOCH' })(stream, number);
    });
    reporter.append(points(1, 1500), 1500);
    await expect.poll(() => decisions.at(-1)).toBe(Decision.FENCED);
    reporter.append(points(1501, 1502), 1500);
    await reporter.close();
    expect(streams).toBe(1);
    expect(stored.size).toBe(1000);
  });

  it('hands on the decision that rides on a resume or an ack', async () => {
    await start((stream) => {
      stream.on('data', (up: MetricUp) => {
        if (up.hello) return resume(stream, Decision.CONTINUE);
        store(up);
        ack(stream, Decision.PRUNE);
      });
      stream.on('end', () => stream.end());
    });
    reporter.append(points(1, 1), 1);
    expect(await reporter.flush(NEVER)).toBe(true);
    expect(decisions).toEqual([Decision.CONTINUE, Decision.PRUNE]);
  });

  it('does not replay for ever what is refused for good', async () => {
    let streams = 0;
    await start((stream, number) => {
      streams = number;
      refusing(2, status.INVALID_ARGUMENT, { reason: 'BAD_BATCH' })(stream, number);
    });
    reporter.append(points(1, 800), 800);
    expect(await reporter.flush(NEVER)).toBe(false);
    expect(poisoned).toBe(1);
    expect(reporter.poison).toContain('BAD_BATCH');
    // The attempt ends with the points that were acked, so that Complete finds no gap.
    expect(reporter.lastSeq).toBe(stored.size);
    expect(streams).toBe(1);
  });

  it('gives up waiting for the flush when it is told to', async () => {
    await start((stream) => stream.on('data', () => {}));
    reporter.append(points(1, 1), 1);
    const impatient = new AbortController();
    const flushed = reporter.flush(impatient.signal);
    impatient.abort();
    expect(await flushed).toBe(false);
  });

  it('keeps the objective of a spool that is full, and says of each step how many points are missing', async () => {
    spoolCapBytes = 1;
    await start((stream) => {
      stream.on('data', (up: MetricUp) => {
        if (up.hello) return resume(stream);
        store(up);
        ack(stream);
      });
      stream.on('end', () => stream.end());
    });
    const validation = (step: number) =>
      ['train/loss', 'valid/recall@50', 'valid/loss'].map((metric) => ({ step, metric, value: step }));
    for (const step of [10, 20]) reporter.append(validation(step), 30);
    expect(await reporter.flush(NEVER)).toBe(true);
    expect([...stored].sort(([a], [b]) => a - b).map(([, point]) => point)).toEqual([
      ...validation(10),
      { step: 20, metric: 'valid/recall@50', value: 20 },
      { step: 20, metric: 'spool/gap', value: 2 },
    ]);
  });

  it('says when the first points have arrived, whatever came after them', async () => {
    await start((stream) => {
      stream.on('data', (up: MetricUp) => {
        if (up.hello) return resume(stream);
        // The second batch is never acked.
        if (stored.size > 0) return;
        store(up);
        ack(stream);
      });
      stream.on('end', () => stream.end());
    });
    reporter.append(points(1, 2), 9);
    expect(await reporter.delivered(2, NEVER)).toBe(true);
    reporter.append(points(3, 3), 9);
    expect(await reporter.delivered(2, NEVER)).toBe(true);
    expect(await reporter.delivered(3, AbortSignal.timeout(1))).toBe(false);
  });
});
