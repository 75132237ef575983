/** Ends a test run with one line that a machine can read: `N passed, N failed`, and what was skipped. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SummaryReporter implements Reporter {
  /** A file that could not be loaded, or an error outside any test, counts as a failure too. */
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      const suites = [module, ...module.children.allSuites()];
      count.failed += suites.reduce((sum, suite) => sum + (suite.errors().length > 0 ? 1 : 0), 0);
    }
    const failed = count.failed + count.pending;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.on('exit', () => process.stdout.write(`${count.passed} passed, ${failed} failed${skipped}\n`));
  }
}
