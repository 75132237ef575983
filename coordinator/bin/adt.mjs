#!/usr/bin/env node
// The `adt` command: runs the built CLI, and says what to do when there is no build yet.
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(cli)) {
  process.stderr.write('adt: not built yet: run `npm run build` (or `npm start`) in the project first\n');
  process.exit(1);
}
await import(cli.href);
