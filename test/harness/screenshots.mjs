// Makes a picture of every screen, light and dark, of a real sweep: test/browser/screenshots/. Takes a few minutes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, ROOT } from '../../deploy/local/build.mjs';

await build();
const vitest = spawn(
  process.execPath,
  [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', 'test/browser/screenshots.test.ts'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ADT_SCREENSHOTS: '1' } },
);
vitest.once('exit', (code) => process.exit(code ?? 1));
