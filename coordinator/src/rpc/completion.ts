/** What a worker says of an attempt's end, checked: a success has a result, a failure a class and a reason. */
import { FailureClass } from '@adt/proto/gen/adt/v1/common';
import { type CompleteRequest, Outcome } from '@adt/proto/gen/adt/v1/trial';
import type { FinishParams } from '../trial/finish.js';
import { LIMITS } from '../tunables.js';
import { checkInteger, checkLength, checkText, checkValues } from './check.js';
import { invalid } from './refusal.js';

type Completion = Pick<FinishParams, 'ending' | 'result' | 'exitCode' | 'stderrTail'>;

/** @throws Refusal where something is missing or off */
export function endingOf(request: CompleteRequest): Completion {
  switch (request.outcome) {
    case Outcome.SUCCEEDED:
      return {
        ending: { kind: 'completed', outcome: 'SUCCEEDED' },
        result: resultOf(request),
        ...saidIn(request),
      };
    case Outcome.PRUNED:
      return { ending: { kind: 'completed', outcome: 'PRUNED' }, ...saidIn(request) };
    case Outcome.CANCELLED:
      return { ending: { kind: 'completed', outcome: 'CANCELLED' }, ...saidIn(request) };
    case Outcome.FAILED:
      return failureOf(request);
    case Outcome.UNSPECIFIED:
      throw invalid('outcome', 'must be given');
    default:
      return request.outcome satisfies never;
  }
}

function resultOf({ result }: CompleteRequest): FinishParams['result'] {
  if (!result) throw invalid('result', 'is required for SUCCEEDED');
  return {
    bestStep: checkInteger('result.best_step', result.bestStep, 1),
    valid: checkValues('result.valid', result.valid),
    test: checkValues('result.test', result.test),
    seconds: checkValues('result.seconds', result.seconds),
    facts: checkValues('result.facts', result.facts),
    engine: checkLength('result.engine', result.engine, 64),
    parametersSha256: checkText('result.parameters_sha256', result.parametersSha256, /^([0-9a-f]{64})?$/),
  };
}

function failureOf({ failure }: CompleteRequest): Completion {
  if (!failure) throw invalid('failure', 'is required for FAILED');
  const reason = failure.reason.replaceAll('\0', '').slice(0, 1_000) || 'the worker gave no reason';
  const failureClass = classOf(failure.failureClass);
  return {
    ending: { kind: 'failed', failureClass, reason },
    exitCode: failure.exitCode ?? null,
    stderrTail: tailOf(failure.stderrTail),
  };
}

/** The trainer's last lines, as the worker sends them with any outcome. */
export function saidIn({ logTail }: { logTail?: string | undefined }): { stderrTail?: string } {
  return logTail === undefined || logTail === '' ? {} : { stderrTail: tailOf(logTail) };
}

function tailOf(text: string): string {
  return text.replaceAll('\0', '').slice(-LIMITS.stderrBytes);
}

function classOf(wire: FailureClass): 'USER' | 'INFRA' | 'OOM' {
  switch (wire) {
    case FailureClass.USER:
      return 'USER';
    case FailureClass.INFRA:
      return 'INFRA';
    case FailureClass.OOM:
      return 'OOM';
    case FailureClass.UNSPECIFIED:
      throw invalid('failure.failure_class', 'must be given');
    default:
      return wire satisfies never;
  }
}
