/// <reference lib="dom" />
/** Runs axe-core in a page: what it finds against WCAG 2.2 A and AA, in lines that say what, where and how bad. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Below them stand "minor" and "moderate", which are opinions more often than barriers. */
const SERIOUS = ['serious', 'critical'];

/** One line a violation and element; empty: nothing serious was found. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not by the page, whose policy forbids scripts of others.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(
    (tags) =>
      (globalThis as unknown as { axe: typeof axe }).axe
        .run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
        .then((results) => results.violations),
    TAGS,
  );
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact ?? ''))
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) => {
        const why = (failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 200);
        return `${impact} ${id} at ${target.join(' ')}: ${why}`;
      }),
    );
}
