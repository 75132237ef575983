/**
 * Preloaded into a process (`--import`): profiles its CPU and times its SQL from start to end, since NODE_OPTIONS takes
 * no --cpu-prof.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { mostTimeFirst, timeStatements } from './statementTimes.js';

const folder = process.env.ADT_BENCH_PROFILE_DIR;
if (folder !== undefined) {
  timeStatements();
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  // A session of the own thread answers at once, so this needs no event loop any more.
  process.on('exit', () =>
    session.post('Profiler.stop', (error, { profile }) => {
      const path = join(folder, String(Date.now()));
      if (error === null) writeFileSync(`${path}.cpuprofile`, JSON.stringify(profile));
      writeFileSync(`${path}.statements.json`, JSON.stringify(mostTimeFirst(), null, 2));
    }),
  );
}
