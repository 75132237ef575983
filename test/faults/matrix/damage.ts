/** Files that rot and trainings that are too big. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, countTrials, submitAgain, upload } from '../sweep.js';
import { Broken } from '../until.js';

const REAL = { trials: 1, steps: 2, evalEvery: 20 };

export const bundleCorrupted: Fault = {
  name: 'bundleCorrupted',
  about: "bytes of the data set in a worker's cache are changed: it is fetched anew, the result is the same",
  async run({ random, world: open }) {
    const world = await open({ workers: 1, trainer: 'real' });
    const dataset = await upload(world);
    watchSweep(world, await submitAgain(world, dataset, REAL));
    await allEnded(world);
    const folder = join(world.dataDir, 'worker', 'bundles');
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      for (let flips = 8; flips > 0; flips -= 1) {
        const at = random.between(0, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ random.between(1, 255);
      }
      writeFileSync(join(folder, name), bytes);
    }
    await submitAgain(world, dataset, REAL);
    await allEnded(world);
    const { rows } = await world.db.pool.query<{ parameters: string | null }>(
      `SELECT DISTINCT result ->> 'parametersSha256' AS parameters FROM trial`,
    );
    if (rows.length !== 1 || rows[0]?.parameters === null)
      throw new Broken(`the damaged data set gave another result: ${JSON.stringify(rows)}`);
  },
};

function slotOf(gib: number): NodeJS.ProcessEnv {
  return { ADT_SLOT_MEMORY_BYTES: String(gib * 2 ** 30) };
}

/** A trainer that takes the ticket away uses memory until V8 gives up. */
export const trainerOutOfMemory: Fault = {
  name: 'trainerOutOfMemory',
  about:
    'a trainer runs out of memory (its heap, for real): told as OOM, tried again on a bigger slot, succeeds',
  async run({ world: open }) {
    const world = await open({ workers: 0 });
    const ticket = join(world.folder, 'oom');
    writeFileSync(ticket, '');
    await world.startWorker({ env: { ADT_ORACLE_OOM_TICKET: ticket, ...slotOf(1) } });
    await world.startWorker({ env: slotOf(2) });
    watchSweep(world, await submitAgain(world, await upload(world), { trials: 6 }));
    await allEnded(world);
    if (existsSync(ticket)) throw new Broken('nobody ran out of memory');
    const { rows } = await world.db.pool.query<{ class: string | null; isAgainBigger: boolean }>(
      `SELECT a.failure_class AS class,
              (SELECT w.slot_memory FROM attempt o JOIN worker w ON w.id = o.worker_id
               WHERE o.trial_id = a.trial_id AND o.epoch = a.epoch + 1) > w.slot_memory AS "isAgainBigger"
       FROM attempt a JOIN worker w ON w.id = a.worker_id WHERE a.outcome <> 'SUCCEEDED'`,
    );
    if (rows.length !== 1 || rows[0]?.class !== 'OOM' || !rows[0].isAgainBigger)
      throw new Broken(`attempts that did not succeed: ${JSON.stringify(rows)}`);
    const failed = await countTrials(world, `state <> 'SUCCEEDED'`);
    if (failed > 0) throw new Broken(`${failed} trials did not succeed`);
  },
};
