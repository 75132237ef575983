import { it } from 'vitest';
import { chart, openAnalysedScene, untilFinished } from './analysedSweep.js';

it('shots', { timeout: 400_000 }, async () => {
  const scene = await openAnalysedScene();
  const page = await scene.signedIn({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const base = `${scene.url}/sweeps/${scene.sweepId}`;
  await page.goto(base);
  await page.waitForTimeout(6000);
  await page.screenshot({ path: '/tmp/shots/running.png', fullPage: true });
  await untilFinished(page, scene);
  for (const [name, options] of [
    ['light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
    ['dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'light' }],
  ] as const) {
    const p = await scene.signedIn(options);
    await p.goto(base);
    await chart(p, 'Timeline').waitFor();
    await p.waitForTimeout(3000);
    await p.screenshot({ path: `/tmp/shots/overview-${name}.png`, fullPage: true });
    await p.goto(`${base}/denoising`);
    await chart(p, 'Drop recall').waitFor();
    await p.waitForTimeout(2500);
    if (name === 'light') await chart(p, 'Drop recall').locator('.u-over').hover();
    await p.screenshot({ path: `/tmp/shots/denoising-${name}.png`, fullPage: true });
    await p.goto(`${base}/parameters`);
    await p.locator('[data-drawn="true"]').waitFor();
    await p.waitForTimeout(1500);
    await p.screenshot({ path: `/tmp/shots/parameters-${name}.png`, fullPage: true });
    if (name === 'light') {
      for (const [path, title, format] of [
        ['', 'History', 'PNG'],
        ['', 'Timeline', 'PNG'],
        ['', 'Rung ladder', 'PNG'],
        ['', 'Importance', 'PNG'],
        ['/denoising', 'Loss of false and true positives', 'PNG'],
        ['/denoising', 'Sensitivity of T-CE', 'PNG'],
        ['/parameters', 'Parallel coordinates', 'PNG'],
      ] as const) {
        await p.goto(base + path);
        await chart(p, title).waitFor();
        await p.waitForTimeout(2000);
        const saved = p.waitForEvent('download');
        await chart(p, title).getByRole('button', { name: format, exact: true }).click();
        await (await saved).saveAs(`/tmp/shots/export-${title.replace(/\W+/g, '_')}.png`);
      }
    }
    await p.context().close();
  }
  console.log(scene.complaints);
});
