/** The native engine's tests alone, without the databases of the whole suite, and with the time an instrument takes. */
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    include: [
      'worker/src/engines/{baselines,conformance,models}.test.ts',
      'worker/src/engines/native/*.test.ts',
      'worker/src/training/*.test.ts',
      'worker/src/data/bundleFuzz.test.ts',
    ],
    testTimeout: 10 * MINUTE,
    hookTimeout: 10 * MINUTE,
    maxWorkers: 1,
  },
});
