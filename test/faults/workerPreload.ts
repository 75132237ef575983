/**
 * Loaded before `worker/dist/main.js` by NODE_OPTIONS=--import: the worker is the product's own, but the trainer that it
 * spawns is the oracle's, and every Ack and Complete that it is told is written to a file before it hears of it.
 * So the product needs no door for tests.
 */
import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type MetricDown, type MetricUp, TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import {
  type InterceptingCall as Call,
  InterceptingCall,
  type Interceptor,
  ListenerBuilder,
  RequesterBuilder,
} from '@grpc/grpc-js';

const ORACLE = fileURLToPath(new URL('./oracleTrainer.js', import.meta.url));
const TRAINER = /[/\\]worker[/\\]dist[/\\]trainer\.js$/;
/** A trainer that is to run out of memory does so soon. */
const HEAP_FLAGS = process.env.ADT_ORACLE_OOM_TICKET ? ['--max-old-space-size=64'] : [];
const WITNESS = process.env.ADT_FAULT_WITNESS ?? '';

// The trainers inherit the environment and need none of this.
process.env.NODE_OPTIONS = '';

if (process.env.ADT_FAULT_TRAINER === 'oracle') swapTrainer();
if (WITNESS !== '') witnessAnswers();

function swapTrainer(): void {
  const spawn = childProcess.spawn;
  const swap = (arg: string): string[] => (TRAINER.test(arg) ? [...HEAP_FLAGS, ORACLE] : [arg]);
  const swapped = (command: string, args: readonly string[], options: childProcess.SpawnOptions) =>
    spawn(command, args.flatMap(swap), options);
  childProcess.spawn = swapped as typeof childProcess.spawn;
  syncBuiltinESMExports();
}

/** Appended at once, so that it outlives kill -9. */
function note(line: object): void {
  appendFileSync(WITNESS, `${JSON.stringify(line)}\n`);
}

function witnessAnswers(): void {
  const prototype = TrialServiceClient.prototype as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  const { reportMetrics, complete } = prototype;
  if (!reportMetrics || !complete) throw new Error('TrialServiceClient has changed: nothing to witness');
  prototype.reportMetrics = function (this: unknown, metadata: unknown, options: unknown) {
    return reportMetrics.call(this, metadata, {
      ...(options as object | undefined),
      interceptors: [streamWitness()],
    });
  };
  prototype.complete = function (
    this: unknown,
    request: unknown,
    metadata: unknown,
    options: unknown,
    callback: unknown,
  ) {
    const answered = callback as (error: unknown, reply: { state: string }) => void;
    const { trialId, epoch } = request as { trialId: number; epoch: number };
    return complete.call(this, request, metadata, options, (error: unknown, reply: { state: string }) => {
      if (!error) note({ kind: 'complete', trialId, epoch, state: reply.state });
      answered(error, reply);
    });
  };
}

/** One stream is one attempt's: its Hello says whose. */
function streamWitness(): Interceptor {
  return (options, nextCall): Call => {
    let attempt = { trialId: 0, epoch: 0 };
    const requester = new RequesterBuilder()
      .withStart((metadata, _listener, next) => {
        const listener = new ListenerBuilder()
          .withOnReceiveMessage((message: MetricDown, pass) => {
            const told = message.ack ?? message.resume;
            if (told) note({ kind: 'ack', ...attempt, ackedSeq: told.ackedSeq });
            pass(message);
          })
          .build();
        next(metadata, listener);
      })
      .withSendMessage((message: MetricUp, pass) => {
        if (message.hello) attempt = { trialId: message.hello.trialId, epoch: message.hello.epoch };
        pass(message);
      })
      .build();
    return new InterceptingCall(nextCall(options), requester);
  };
}
