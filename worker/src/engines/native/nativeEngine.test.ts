/** What only the native engine promises: the same bits from every instruction set of this CPU. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { randomBundle, testConfig, withFlags } from '../randomBundle.js';
import { loadAddon, SIMD_LEVELS, type SimdLevel } from './addon.js';
import { nativeEngine } from './nativeEngine.js';

const loaded = loadAddon();
const levels: SimdLevel[] = loaded.ok ? loaded.addon.simdLevels() : [];

async function trainOn(simd: SimdLevel, training: Parameters<typeof testConfig>[0]) {
  const native = nativeEngine({ simd });
  if (!native.ok) throw new Error(native.reason);
  const config = testConfig({ batchSize: 100, epochs: 20, ...training });
  const trainer = native.engine.open({ bundle: randomBundle(), config, threads: 2 });
  onTestFinished(() => trainer.close());
  const { meanLoss } = await trainer.run(150);
  const valid = await trainer.validationLoss();
  return {
    meanLoss,
    valid,
    ranking: await trainer.rank('test', [5, 20]),
    sha256: trainer.parametersSha256(),
  };
}

describe.skipIf(!loaded.ok)('the native engine', () => {
  test.each([
    { loss: 'CE' as const, factors: 32 },
    { loss: 'T-CE' as const, epsMax: 0.2, epsN: 50, factors: 5 },
    { loss: 'R-CE' as const, beta: 0.3, factors: 100 },
    { model: 'NeuMF' as const, mlpLayers: 3, dropout: 0, factors: 12 },
    { model: 'NeuMF' as const, mlpLayers: 2, dropout: 0.2, factors: 5, loss: 'R-CE' as const, beta: 0.3 },
    { model: 'CDAE' as const, hidden: 50, corruption: 0.2 },
  ])('gives the same bits on every instruction set: %o', async (training) => {
    const expected = await trainOn('baseline', training);
    for (const simd of levels) expect(await trainOn(simd, training)).toEqual(expected);
  });

  // Two threads draw ahead where one does not, in blocks that a call's end cuts short.
  test.each([{ loss: 'CE' as const }, { loss: 'NMTR' as const, nmtrClickWeight: 0.3 }])(
    'gives the same bits whatever the calls that batches are drawn ahead for: %o',
    async (training) => {
      const native = nativeEngine();
      if (!native.ok) throw new Error(native.reason);
      const config = testConfig({ batchSize: 50, epochs: 3, ...training });
      const trainInCalls = async (threads: number, calls: readonly number[]) => {
        const trainer = native.engine.open({ bundle: withFlags(randomBundle(), 0.3), config, threads });
        onTestFinished(() => trainer.close());
        for (let call = 0; trainer.step < trainer.totalSteps; call += 1)
          await trainer.run(calls[call % calls.length] as number);
        return trainer.parametersSha256();
      };
      const expected = await trainInCalls(1, [1]);
      expect(await trainInCalls(2, [1, 7, 3, 4])).toBe(expected);
      expect(await trainInCalls(3, [1000])).toBe(expected);
    },
  );

  test('says what an instruction set that is not there is', () => {
    const absent = SIMD_LEVELS.find((level) => !levels.includes(level));
    if (absent === undefined) return;
    expect(nativeEngine({ simd: absent })).toMatchObject({ ok: false });
  });

  // The hash of a training that was run on AVX-512, AVX2 and SSE2: another compiler or CPU must find it too.
  test('gives the bits that were found when this test was written', async () => {
    const { sha256 } = await trainOn('baseline', { factors: 16, loss: 'T-CE', epsMax: 0.2, epsN: 50 });
    expect(sha256).toBe('51f63aee67a4dfae6720fd40d7a18106ec7ce24d2ddc8a3b05fc6c7a12a4ccaf');
  });
});
