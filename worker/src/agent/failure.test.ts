import { FailureClass } from '@adt/proto/gen/adt/v1/common';
import { describe, expect, it } from 'vitest';
import { DataError } from '../data/dataError.js';
import { DataUnfitError } from '../engines/engine.js';
import { NoEngineError } from '../engines/registry.js';
import { NonFiniteError } from '../training/nonFiniteError.js';
import { failureOf, oomKills } from './failure.js';
import { trainerFailure } from './trainerFailure.js';
import type { TrainerEnd } from './trainerProcess.js';

const died = (end: Partial<TrainerEnd>): TrainerEnd => ({
  last: null,
  exitCode: null,
  signal: null,
  stderrTail: '',
  ...end,
});

describe('trainerFailure', () => {
  it.each([
    ['a loss that is not finite', new NonFiniteError('valid/loss', Number.NaN, 7), 'USER'],
    ['data and configuration that do not go together', new DataUnfitError('no test part'), 'USER'],
    ['a bug', new TypeError('x is not a function'), 'USER'],
    ['a damaged bundle', new DataError('BUNDLE_INVALID', 'cut'), 'INFRA'],
    ['no engine', new NoEngineError('none'), 'INFRA'],
    ['a disk error', Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' }), 'INFRA'],
    ['an allocation that V8 refuses', new RangeError('Array buffer allocation failed'), 'OOM'],
    ['an allocation that C++ refuses', new Error('std::bad_alloc'), 'OOM'],
    ['a thread that cannot be had', Object.assign(new Error('no'), { code: 'ENOMEM' }), 'OOM'],
  ])('puts %s into its class', (_, error, kind) => {
    expect(trainerFailure(error)).toEqual({ failure: kind, reason: error.message });
  });
});

describe('failureOf', () => {
  it('takes the trainer at its word, and adds how it exited and what it wrote', () => {
    const flags = { bundleDamaged: false, checkpointRefused: false };
    const last = { kind: 'failed', failure: 'USER', reason: 'NON_FINITE', ...flags } as const;
    expect(failureOf(died({ last, exitCode: 1, stderrTail: 'at step 7' }), oomKills())).toEqual({
      failureClass: FailureClass.USER,
      reason: 'NON_FINITE',
      exitCode: 1,
      stderrTail: 'at step 7',
    });
  });

  it('blames the machine for a trainer that died without a word', () => {
    expect(failureOf(died({ signal: 'SIGSEGV' }), oomKills())).toMatchObject({
      failureClass: FailureClass.INFRA,
      reason: 'the trainer was killed by SIGSEGV without a result',
      exitCode: undefined,
    });
    expect(failureOf(died({ exitCode: 3 }), oomKills())).toMatchObject({
      failureClass: FailureClass.INFRA,
      exitCode: 3,
    });
  });

  it('blames memory for a SIGKILL when the kernel has counted an OOM kill since', () => {
    expect(failureOf(died({ signal: 'SIGKILL' }), oomKills() - 1).failureClass).toBe(FailureClass.OOM);
    expect(failureOf(died({ signal: 'SIGKILL' }), oomKills()).failureClass).toBe(FailureClass.INFRA);
  });

  it('blames memory when V8 ran out of heap', () => {
    const stderrTail = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
    expect(failureOf(died({ signal: 'SIGABRT', stderrTail }), oomKills()).failureClass).toBe(
      FailureClass.OOM,
    );
  });
});
