/** Runs first in every test file: marks what the file starts, and ends it with the file. */
import { afterAll, inject } from 'vitest';
import { endAll } from './cleanup.js';
import { RUN_VARIABLE } from './leftovers.js';

process.env[RUN_VARIABLE] = inject('testRun');

afterAll(endAll, 60_000);
