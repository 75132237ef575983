import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { seriesOf } from './compareSeries';

function trial(trialId: number, loss: string, seed: number, more: Partial<TrialSummary> = {}): TrialSummary {
  const config = { loss, seed, lr: 0.001, epochs: 2 };
  return { trialId, number: trialId, config, totalSteps: 100, lastStep: 100, ...more } as TrialSummary;
}

const curve = (trialId: number, values: number[]) => ({
  trialId,
  metric: 'valid/recall@50',
  steps: values.map((_, at) => 50 * (at + 1)),
  values,
});

const WISH = { alignment: 'step', smoothing: 0, grouped: false, nowMs: 0 } as const;
const TRIALS = [trial(1, 'CE', 1), trial(2, 'CE', 2), trial(3, 'T-CE', 1)];
const CURVES = [curve(1, [0.1, 0.2]), curve(2, [0.3, 0.4]), curve(3, [0.5, 0.6])];

describe('the lines of a comparison', () => {
  it('have the colour of their loss, and a dash of their own within it', () => {
    const lines = seriesOf(TRIALS, CURVES, WISH);
    expect(lines.map(({ colour, dash }) => [colour, dash === undefined])).toEqual([
      ['--loss-ce', true],
      ['--loss-ce', false],
      ['--loss-tce', true],
    ]);
  });

  it('are a mean and a band where seeds are grouped, and one line where there is one seed', () => {
    const lines = seriesOf(TRIALS, CURVES, { ...WISH, grouped: true });
    expect(lines.map(({ label, edge }) => [label.split(',')[1]?.trim(), edge?.side])).toEqual([
      ['mean of 2 seeds', undefined],
      ['mean of 2 seeds', 'low'],
      ['mean of 2 seeds', 'high'],
      ['mean of 1 seed', undefined],
    ]);
    expect(lines[0]?.values).toEqual([expect.closeTo(0.2), expect.closeTo(0.3)]);
  });

  it('run over epochs and minutes where they are aligned by these', () => {
    const [line] = seriesOf(TRIALS, CURVES, { ...WISH, alignment: 'epoch' });
    expect(line?.steps).toEqual([1, 2]);
    const timed = [trial(1, 'CE', 1, { startedMs: 0, endedMs: 600_000 })];
    expect(seriesOf(timed, CURVES, { ...WISH, alignment: 'time' })[0]?.steps).toEqual([5, 10]);
  });

  it('leave out a trial that does not tell its length yet', () => {
    const young = [trial(1, 'CE', 1, { totalSteps: 0 })];
    expect(seriesOf(young, CURVES, { ...WISH, alignment: 'epoch' })).toEqual([]);
  });
});
