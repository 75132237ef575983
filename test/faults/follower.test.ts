import { expect, it } from 'vitest';
import { Follower } from './follower.js';

type Delta = { version: number };

/** Fetches are answered by hand, in turn. */
function setUp() {
  const answers: { resolve(version: number): void; reject(error: Error): void }[] = [];
  const applied: number[] = [];
  const follower = new Follower<Delta>({
    fetch: () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
    apply: ({ version }) => applied.push(version),
    connected: () => false,
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { follower, answers, applied, turn };
}

it('applies what comes after the snapshot, also what came while it was fetched', async () => {
  const { follower, answers, applied, turn } = setUp();
  follower.anew();
  follower.take({ version: 4 });
  follower.take({ version: 5 });
  answers[0]?.resolve(4);
  await turn();
  follower.take({ version: 6 });
  expect(applied).toEqual([5, 6]);
});

it('fetches anew when a version is skipped', async () => {
  const { follower, answers, applied, turn } = setUp();
  follower.anew();
  answers[0]?.resolve(4);
  await turn();
  follower.take({ version: 6 });
  expect(answers).toHaveLength(2);
  expect(applied).toEqual([]);
});

it('subscribes again when it was reconnected in the middle of a fetch', async () => {
  const { follower, answers, applied, turn } = setUp();
  follower.anew();
  follower.anew();
  // What it hears by is the subscription of the old connection: this answer is worth nothing.
  answers[0]?.resolve(7);
  await turn();
  expect(answers).toHaveLength(2);
  answers[1]?.resolve(0);
  await turn();
  follower.take({ version: 1 });
  expect(applied).toEqual([1]);
});

it('begins anew with the next connection when a fetch has failed', async () => {
  const { follower, answers, applied, turn } = setUp();
  follower.anew();
  answers[0]?.reject(new Error('gone'));
  await turn();
  follower.anew();
  answers[1]?.resolve(2);
  await turn();
  follower.take({ version: 3 });
  expect(applied).toEqual([3]);
});
