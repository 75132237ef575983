/** The invariants' questions find what they are there to find: a check that can't fail would hold for ever. */
import { expect, inject, it } from 'vitest';
import type { Databases } from './databases.js';
import { checkAtRest } from './invariants.js';
import { allEnded, submit } from './sweep.js';
import { openWorld, type World } from './world.js';

const WITHIN_MS = 120_000;

const databases: Databases = {
  create: async () => (await fetch(inject('brokerUrl'), { method: 'POST' })).text(),
  drop: async (name) => void (await fetch(new URL(`/${name}`, inject('brokerUrl')), { method: 'DELETE' })),
};

/** Ruins what is stored inside a transaction of its own, one ruin after the other, and repairs it. */
const RUINS: readonly { finding: RegExp; ruin: string; repair: string }[] = [
  {
    finding: /^I2 one success/,
    ruin: `UPDATE attempt SET outcome = 'LOST' WHERE trial_id = 1`,
    repair: `UPDATE attempt SET outcome = 'SUCCEEDED' WHERE trial_id = 1`,
  },
  {
    finding: /^I3 gapless/,
    ruin: 'UPDATE attempt SET acked_seq = acked_seq + 1 WHERE trial_id = 1',
    repair: 'UPDATE attempt SET acked_seq = acked_seq - 1 WHERE trial_id = 1',
  },
  {
    finding: /^I4 right values: trial 1 has/,
    ruin: 'UPDATE metric_point SET value = value + 1 WHERE trial_id = 1 AND seq = 3',
    repair: 'UPDATE metric_point SET value = value - 1 WHERE trial_id = 1 AND seq = 3',
  },
  {
    finding: /^I4 right values: trial 1: its parameters/,
    ruin: `UPDATE trial SET result = result || '{"parametersSha256": "x"}' || jsonb_build_object('was', result -> 'parametersSha256') WHERE id = 1`,
    repair: `UPDATE trial SET result = result || jsonb_build_object('parametersSha256', result -> 'was') WHERE id = 1`,
  },
  {
    finding: /^I5 everything ends/,
    ruin: `UPDATE trial SET state = 'QUEUED' WHERE id = 1`,
    repair: `UPDATE trial SET state = 'SUCCEEDED' WHERE id = 1`,
  },
  {
    finding: /^I6 no endless retry/,
    ruin: 'UPDATE trial SET failures = 1 WHERE id = 1',
    repair: 'UPDATE trial SET failures = 0 WHERE id = 1',
  },
  {
    finding: /^I7 outbox drained/,
    ruin: 'UPDATE outbox SET sent_at = NULL',
    repair: 'UPDATE outbox SET sent_at = clock_timestamp()',
  },
  {
    finding: /^I8 every Ack is stored/,
    ruin: 'UPDATE attempt SET acked_seq = acked_seq - 1 WHERE trial_id = 1',
    repair: 'UPDATE attempt SET acked_seq = acked_seq + 1 WHERE trial_id = 1',
  },
];

async function ruined(world: World, { ruin, repair }: { ruin: string; repair: string }): Promise<string[]> {
  await world.db.pool.query(ruin);
  try {
    return await checkAtRest(world, 500);
  } finally {
    await world.db.pool.query(repair);
  }
}

it(
  'finds a trial that is wrong in each of the ways that the invariants speak of, and nothing in one that is right',
  async () => {
    const world = await openWorld('invariants', { workers: 1 }, databases);
    try {
      await submit(world, { trials: 1, steps: 10 });
      await allEnded(world);
      expect(await checkAtRest(world)).toEqual([]);
      // Nothing of it would be put right by the coordinator, but a queued trial would be hinted at.
      const [coordinator] = world.coordinators;
      world.processes.expect(coordinator?.pid ?? 0);
      coordinator?.kill();
      await coordinator?.exited;
      for (const ruin of RUINS)
        expect(await ruined(world, ruin)).toContainEqual(expect.stringMatching(ruin.finding));
      world.workers[0]?.kill();
      await world.workers[0]?.exited;
      expect(await checkAtRest(world)).toEqual([expect.stringMatching(/^I9: worker1 ended by itself/)]);
    } finally {
      await world.close(false);
    }
  },
  WITHIN_MS,
);
