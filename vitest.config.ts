import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{proto,prisma,worker,coordinator,deploy,dashboard}/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'],
    globalSetup: ['test/harness/globalSetup.ts'],
    setupFiles: ['test/harness/setup.ts'],
    reporters: ['default', './test/harness/summaryReporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 90_000,
    maxWorkers: 2,
  },
});
