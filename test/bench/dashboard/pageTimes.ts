/// <reference lib="dom" />
/** What the trials table takes, measured inside the page: from the click to the frame that shows the answer. */
import type { Page } from 'playwright-core';

/** Runs in the page before it loads: notes the first frame after the first row is there. */
export function noteFirstRows(): void {
  const notes = window as unknown as { firstRowsMs?: number };
  const look = () => {
    if (document.querySelector('tr[data-trial]') === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => Object.assign(notes, { firstRowsMs: performance.now() }));
  };
  look();
}

export async function firstRowsMs(page: Page): Promise<number> {
  await page.waitForFunction(() => 'firstRowsMs' in window);
  return page.evaluate(() => (window as unknown as { firstRowsMs: number }).firstRowsMs);
}

/**
 * Clicks a button, or submits the form that is named, and waits for the frame after the new rows are in the page.
 * @param target CSS selector of a button or a form
 */
export function clickToPixelsMs(page: Page, target: string): Promise<number> {
  return page.evaluate(async (selector) => {
    const found = document.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`there is no ${selector}`);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const isBusy = () =>
      document.querySelector('section[aria-label=Trials]')?.getAttribute('aria-busy') === 'true';
    const began = performance.now();
    if (found instanceof HTMLFormElement) found.requestSubmit();
    else found.click();
    // The table says at once that another view is on its way.
    while (!isBusy()) {
      if (performance.now() - began > 5_000) throw new Error(`${selector} asked for nothing`);
      await frame();
    }
    while (isBusy()) await frame();
    await frame();
    return performance.now() - began;
  }, target);
}

export type Scrolled = { frames: number; blankFrames: number; rows: number; fps: number };

/** Scrolls down at an even speed and looks in every frame for rows in sight that are not there yet. */
export function scrollEvenly(
  page: Page,
  params: { rowsPerSecond: number; seconds: number },
): Promise<Scrolled> {
  return page.evaluate(async ({ rowsPerSecond, seconds }) => {
    const box = document.querySelector('section[aria-label=Trials]');
    if (box === null) throw new Error('there is no table');
    const rowPx = document.querySelector('tr[data-trial]')?.getBoundingClientRect().height ?? Number.NaN;
    const head = box.querySelector('thead')?.getBoundingClientRect().height ?? 0;
    const isBlank = () => {
      const { top, bottom } = box.getBoundingClientRect();
      return Array.from(box.querySelectorAll('tr[data-blank]')).some((row) => {
        const rect = row.getBoundingClientRect();
        return rect.bottom > top + head && rect.top < bottom;
      });
    };
    const [began, from] = [performance.now(), box.scrollTop];
    const result = { frames: 0, blankFrames: 0, rows: 0, fps: 0 };
    for (let ms = 0; ms < 1000 * seconds; ms = performance.now() - began) {
      box.scrollTop = from + (ms / 1000) * rowsPerSecond * rowPx;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      result.frames += 1;
      if (isBlank()) result.blankFrames += 1;
    }
    result.rows = Math.round((box.scrollTop - from) / rowPx);
    result.fps = result.frames / ((performance.now() - began) / 1000);
    return result;
  }, params);
}

/** Jumps to a share of the table's height, as one drags a scroll bar. @returns ms until every row in sight is there */
export function jumpMs(page: Page, share: number): Promise<number> {
  return page.evaluate(async (where) => {
    const box = document.querySelector('section[aria-label=Trials]');
    if (box === null) throw new Error('there is no table');
    const began = performance.now();
    box.scrollTop = where * (box.scrollHeight - box.clientHeight);
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    while (box.querySelector('tr[data-blank]') !== null) await frame();
    await frame();
    return performance.now() - began;
  }, share);
}
