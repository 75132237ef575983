/** `node test/dist/bench/dashboardLiveMain.js [--seconds N]`: 200 live series in a browser. A minute is kept. */
import { parseArgs } from 'node:util';
import { benchDashboardLive } from './dashboardLive.js';
import { describeMachine } from './machine.js';
import { saveResult } from './results.js';

const USUAL_SECONDS = 60;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: String(USUAL_SECONDS) } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) {
  process.stderr.write('--seconds: must be above 0\n');
  process.exit(2);
}
const machine = describeMachine();
const result = await benchDashboardLive({
  seconds,
  log: (line) => process.stderr.write(`dashboardLive: ${line}\n`),
});
console.table(result);
// Another length is a look, no result.
if (seconds === USUAL_SECONDS)
  saveResult('dashboardLive', { command: 'node test/dist/bench/dashboardLiveMain.js', machine, result });
