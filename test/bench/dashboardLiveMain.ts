/** `node test/dist/bench/dashboardLiveMain.js [--series N] [--seconds N]`: live series in a browser; 200 for a minute are kept. */
import { parseArgs } from 'node:util';
import { benchDashboardLive } from './dashboardLive.js';
import { describeMachine } from './machine.js';
import { saveResult } from './results.js';

const USUAL = { series: 200, seconds: 60 } as const;
const EXIT_BAD_INPUT = 2;

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: String(USUAL.series) },
    seconds: { type: 'string', default: String(USUAL.seconds) },
  },
});
const [series, seconds] = [Number(values.series), Number(values.seconds)];
if (!(seconds > 0) || !(series > 0) || series % 10 !== 0) {
  process.stderr.write('--seconds must be above 0, --series a multiple of 10\n');
  process.exit(EXIT_BAD_INPUT);
}
const machine = describeMachine();
const log = (line: string) => process.stderr.write(`dashboardLive: ${line}\n`);
const result = await benchDashboardLive({ series, seconds, log });
console.table(result);
// Any other size is a look, no result.
if (series === USUAL.series && seconds === USUAL.seconds)
  saveResult('dashboardLive', { command: 'node test/dist/bench/dashboardLiveMain.js', machine, result });
