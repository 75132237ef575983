/** The child of probe.ts: loads a backend and says on stdout what came of it, as one line of JSON. */
import { loadBackend } from './backend.js';
import { BACKENDS } from './backendNames.js';

const [wanted] = process.argv.slice(2);
const result = await loadBackend(BACKENDS.find((name) => name === wanted));
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
