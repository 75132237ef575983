/** Node goes on without the pages that it has let go of, and holds fewer of them. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { addonFile, loadAddon } from './addon.js';

const loaded = loadAddon();
const isLinux = process.platform === 'linux';

test.skipIf(!loaded.ok || !isLinux)(
  'fewer pages of files are resident afterwards, and Node still runs',
  () => {
    const program = `
    const { readFileSync } = require('node:fs');
    const fileKB = () => Number(/RssFile:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const addon = require(process.argv[1]);
    const before = fileKB();
    const bytes = addon.releaseProgramPages();
    const after = fileKB();
    const sorted = Array.from({ length: 1000 }, (_, n) => n).sort((a, b) => b - a);
    console.log(JSON.stringify({ before, after, bytes, most: sorted[0] }));
  `;
    const { before, after, bytes, most } = JSON.parse(
      execFileSync(process.execPath, ['-e', program, addonFile()], { encoding: 'utf8' }),
    );
    expect(most).toBe(999);
    if (bytes > 0) expect(after).toBeLessThan(before);
  },
);
