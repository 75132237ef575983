/** Before and after a whole test run: opens the broker, and fails the run when a process outlives it. */
import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startBroker } from './broker.js';
import { killLeftovers } from './leftovers.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where databases are had. */
    brokerUrl: string;
    /** Marks every process that the tests start, through their environment. */
    testRun: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const broker = await startBroker(process.env.ADT_TEST_DATABASE_URL);
  const testRun = randomBytes(8).toString('hex');
  project.provide('brokerUrl', broker.url);
  project.provide('testRun', testRun);
  return async () => {
    await broker.stop();
    const leftovers = killLeftovers(testRun);
    if (leftovers.length > 0) throw new Error(`processes outlived the tests:\n${leftovers.join('\n')}`);
  };
}
