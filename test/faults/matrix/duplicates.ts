/** Hints that come again and again, as after the broker's window for telling repeats. */
import { TRIAL_STREAM, trialSubject } from '@adt/proto/subjects';
import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, countTrials, submit } from '../sweep.js';
import { Broken, pass } from '../until.js';

const TIMES = 3;

export const duplicateHints: Fault = {
  name: 'duplicateHints',
  about: `each hint published ${TIMES} times more, past the broker's de-duplication: one attempt a trial`,
  async run({ random, world: open, figure }) {
    // The reconciler would purge the repeats before a worker sees them.
    const world = await open({ workers: 2, coordinatorEnv: { ADT_RECONCILE_EVERY_MS: '60000' } });
    watchSweep(world, await submit(world, { trials: 8, steps: 30 }));
    const connection = await connect({ servers: world.hints?.url ?? '', token: world.hints?.token ?? '' });
    world.atEnd(() => connection.close());
    const js = jetstream(connection);
    const left = new Map<number, number>();
    const { rows } = await world.db.pool.query<{ id: number }>('SELECT id FROM trial ORDER BY id');
    for (const { id } of rows) left.set(id, TIMES);
    let published = 0;
    while ((await countTrials(world, `state IN ('QUEUED', 'RUNNING')`)) > 0 || left.size > 0) {
      for (const [id, times] of left) {
        // Refused while the subject holds its one message; each that goes in is one that a worker is handed.
        const isIn = await js
          .publish(trialSubject('default', id), JSON.stringify({ trialId: id, epoch: 0 }))
          .then(
            () => true,
            (error) => {
              if (error instanceof JetStreamApiError) return false;
              throw error;
            },
          );
        if (!isIn) continue;
        published += 1;
        if (times > 1) left.set(id, times - 1);
        else left.delete(id);
      }
      await pass(random.between(20, 100));
    }
    await allEnded(world);
    figure('repeats', published, '');
    const again = await countTrials(world, 'epoch <> 1');
    if (again > 0) throw new Broken(`${again} trials were claimed more than once`);
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(TRIAL_STREAM);
    figure('left in the stream', state.messages, '');
  },
};
