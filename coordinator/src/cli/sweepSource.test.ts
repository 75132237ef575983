import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { Refused } from './failure.js';
import { presetText, readSource, type SourceFlags } from './sweepSource.js';

const FILLED = { dataset: ['synthetic'], model: ['GMF'] };

async function refusal(path: string | undefined, flags: SourceFlags): Promise<string[]> {
  const error: unknown = await readSource(path, flags).catch((thrown: unknown) => thrown);
  if (error instanceof Refused) return error.violations.map((one) => `${one.path}: ${one.message}`);
  if (error instanceof Error) return [error.message];
  throw new Error('was accepted');
}

describe('a sweep from the command line', () => {
  it('is a preset filled in with its flags', async () => {
    const { spec, format } = await readSource(undefined, {
      ...FILLED,
      preset: 'quick',
      epochs: 3,
      validUsers: 200,
    });
    expect(format).toBe(SpecFormat.YAML);
    expect(spec).toContain('dataset: {values: [synthetic]}');
    expect(spec).toContain('training: {epochs: 3, valid_users: 200}');
  });

  it.each<[string, string | undefined, SourceFlags, RegExp]>([
    ['neither file nor preset', undefined, {}, /^file: give a sweep file, or --preset/],
    ['both', 'a.yaml', { preset: 'quick' }, /^--preset: takes the place of the file/],
    ['flags of a preset beside a file', 'a.yaml', { evalEvery: 3 }, /^--eval-every: goes with --preset/],
  ])('is refused with %s', async (_, path, flags, line) => {
    expect(await refusal(path, flags)).toEqual([expect.stringMatching(line)]);
  });

  it('is refused with a line for each wrong flag, by the name it was given', async () => {
    const flags = { preset: 'quik', dataset: ['a', 'a'], model: ['GMX'], epochs: 0, evalEvery: 1.5 };
    expect(await refusal(undefined, flags)).toEqual([
      expect.stringMatching(/^--preset: there is no preset "quik" \(did you mean "quick"\?\)/),
      expect.stringMatching(/^--dataset/),
      expect.stringMatching(/^--model\[0\]: must be one of GMF/),
      expect.stringMatching(/^--epochs: /),
      expect.stringMatching(/^--eval-every: /),
    ]);
  });

  it('needs data sets and models for a preset', async () => {
    expect(await refusal(undefined, { preset: 'quick' })).toEqual([
      '--dataset: is required: names with commas',
      '--model: is required: GMF, NeuMF, CDAE, with commas',
    ]);
    expect(() => presetText('nope', FILLED, 'preset')).toThrow('the preset is refused');
  });
});
