/** Holds an engine's outcome against a fixture; a ratio of 1 is the tolerance, less is better. */
import type { Parameters, ReplayOutcome } from '@adt/worker/engines/engine';
import type { Fixture } from './fixture.js';

const LOSS = { absolute: 1e-6, relative: 1e-5 };
const PARAMETER = { absolute: 1e-5, relative: 5e-4 };
/** T-CE may choose either of two samples whose losses differ by less. */
const TIE = 1e-6;

/** Worst ratio to the tolerance, and where it was: `loss[3]`, `final.userGmf[17]`, `dropped[40]`. */
export type Deviation = { ratio: number; where: string };

/**
 * @returns the worst deviation of losses, dropped sets and final parameters; Infinity where something is missing
 */
export function worstDeviation(fixture: Fixture, outcome: ReplayOutcome): Deviation {
  let worst: Deviation = { ratio: 0, where: 'nothing' };
  const note = (ratio: number, where: string) => {
    // Not `ratio > worst.ratio`: a NaN has to win.
    if (!(ratio <= worst.ratio)) worst = { ratio: Number.isNaN(ratio) ? Infinity : ratio, where };
  };
  const compare = (actual: ArrayLike<number>, expected: number[], tolerance: typeof LOSS, name: string) => {
    if (actual.length !== expected.length) note(Infinity, `${name}: ${actual.length} values`);
    for (const [at, value] of expected.entries()) {
      const allowed = tolerance.absolute + tolerance.relative * Math.abs(value);
      note(Math.abs((actual[at] ?? Number.NaN) - value) / allowed, `${name}[${at}]`);
    }
  };
  compare(outcome.loss, fixture.expected.loss, LOSS, 'loss');
  for (const [step, expected] of (fixture.expected.dropped ?? []).entries()) {
    if (!sameDrop(outcome, step, expected)) note(Infinity, `dropped[${step}]`);
  }
  for (const [name, expected] of Object.entries(fixture.expected.final)) {
    compare((outcome.final as Parameters)[name] ?? [], expected, PARAMETER, `final.${name}`);
  }
  return worst;
}

/** Whether the same samples were dropped, but for ties at the cut: the smallest loss that was dropped. */
function sameDrop({ dropped, sampleLoss }: ReplayOutcome, step: number, expected: number[]): boolean {
  const actual = [...(dropped[step] ?? [])];
  if (actual.length !== expected.length) return false;
  const lossOf = (position: number) => sampleLoss[step]?.[position] ?? Number.NaN;
  const cut = Math.min(...actual.map(lossOf));
  const differing = [
    ...actual.filter((position) => !expected.includes(position)),
    ...expected.filter((position) => !actual.includes(position)),
  ];
  return differing.every((position) => Math.abs(lossOf(position) - cut) <= TIE);
}
