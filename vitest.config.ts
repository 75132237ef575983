import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{proto,prisma,worker,coordinator,deploy,dashboard}/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.next/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
