import { describe, expect, it } from 'vitest';
import { type Bundle, PARTS, type Part } from './bundle.js';
import { countShared } from './csr.js';
import { DataError } from './dataError.js';
import { decodeBundle } from './decodeBundle.js';
import { synthesise } from './synthesise.js';
import { PRESETS, synthSpec } from './synthPresets.js';

const usersIn = (bundle: Bundle, part: Part) => {
  const { rowStarts } = bundle[part];
  return rowStarts.subarray(1).filter((end, user) => end > (rowStarts[user] as number)).length;
};

describe('generated data', () => {
  const spec = synthSpec(3_000, 1_200, 60_000, 0.2);
  const bundle = decodeBundle(synthesise('made', spec, 7));

  it('has the counts that were asked for, an eighth of train in the other parts, and no pair twice', () => {
    expect(bundle.header).toMatchObject({ name: 'made', users: 3_000, items: 1_200, fpRule: 'flag' });
    expect(bundle.header.parts).toEqual({
      train: { interactions: 60_000, falsePositives: 12_000 },
      valid: { interactions: 7_500, falsePositives: 1_500 },
      test: { interactions: 6_000, falsePositives: 0 },
    });
    const { train, valid, test } = bundle;
    expect([countShared(train, valid), countShared(train, test), countShared(valid, test)]).toEqual([
      0, 0, 0,
    ]);
  });

  it('is the same bytes for the same seed, and other bytes for another', () => {
    expect(decodeBundle(synthesise('made', spec, 7)).sha256).toBe(bundle.sha256);
    expect(decodeBundle(synthesise('made', spec, 8)).sha256).not.toBe(bundle.sha256);
    // Changes only together with the version in the generator's source line.
    expect(bundle.sha256).toBe('8a928fd0a465f23e5a7f6234245c70df20705e10600da94a09fb5e988da46d42');
  });

  it('has popular items, and false clicks that do not follow what is liked', () => {
    const clicks = {
      liked: new Float64Array(1_200),
      disliked: new Float64Array(1_200),
      later: new Float64Array(1_200),
    };
    bundle.train.items.forEach((item, at) => {
      const of = bundle.train.truePositive?.[at] === 1 ? clicks.liked : clicks.disliked;
      of[item] = (of[item] ?? 0) + 1;
    });
    for (const item of bundle.test.items) clicks.later[item] = (clicks.later[item] ?? 0) + 1;
    const top = clicks.liked.toSorted().subarray(-120);
    expect(top.reduce((sum, count) => sum + count, 0) / 48_000).toBeGreaterThan(0.25);
    expect(correlation(clicks.liked, clicks.later)).toBeGreaterThan(0.8);
    expect(Math.abs(correlation(clicks.disliked, clicks.later))).toBeLessThan(0.2);
  });

  it('has its counts even where users like none of the few items there are', () => {
    const small = decodeBundle(synthesise('made', synthSpec(1_000, 10, 800, 0.5), 1));
    expect(PARTS.map((part) => small.header.parts[part].interactions)).toEqual([800, 100, 50]);
  });

  it.each([
    [
      'a denser matrix than a tenth',
      () => synthSpec(10, 10, 100, 0),
      /--interactions: .* 126, the limit is .* 10$/,
    ],
    ['a share of one', () => synthSpec(10, 10, 1, 1), /--fp: must be a share/],
    ['no user', () => synthSpec(0, 10, 1, 0), /--users: must be an integer from 1/],
    ['the name of the built-in set', () => synthesise('synthetic', spec, 1), /belongs to the built-in/],
  ])('is refused for %s', (_what, make, message) => {
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
  });
});

describe('the presets', () => {
  it('count what Table 2 of the paper counts', () => {
    const share = ({ train }: (typeof PRESETS)[keyof typeof PRESETS]) =>
      (100 * train.falsePositives) / train.interactions;
    expect(
      Object.values(PRESETS)
        .map(share)
        .map((percent) => percent.toFixed(1)),
    ).toEqual(['59.0', '7.3', '15.6']);
  });

  it('give test interactions to exactly as many users as they say', () => {
    const bundle = decodeBundle(synthesise('a', PRESETS['adressa-like'], 1));
    expect(PARTS.map((part) => usersIn(bundle, part))).toEqual([187_311, 34_229, 10_380]);
    expect(bundle.header.parts.train).toEqual({ interactions: 419_491, falsePositives: 247_628 });
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: Float64Array, meanX: number, y: Float64Array, meanY: number) =>
    x.reduce((sum, value, at) => sum + (value - meanX) * ((y[at] ?? 0) - meanY), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
