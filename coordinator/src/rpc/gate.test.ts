import { expect, it } from 'vitest';
import { Gate } from './gate.js';

it('lets two in, and the next in order as one comes out, whether it failed or not', async () => {
  const gate = new Gate(2);
  const entered: number[] = [];
  const ends: (() => void)[] = [];
  const jobs = [0, 1, 2, 3].map((number) =>
    gate.pass(async () => {
      entered.push(number);
      await new Promise<void>((resolve, reject) => {
        ends[number] = number === 1 ? () => reject(new Error('broke')) : resolve;
      });
      return number;
    }),
  );
  await Promise.resolve();
  expect(entered).toEqual([0, 1]);
  ends[1]?.();
  await expect(jobs[1]).rejects.toThrow('broke');
  expect(entered).toEqual([0, 1, 2]);
  ends[0]?.();
  expect(await jobs[0]).toBe(0);
  expect(entered).toEqual([0, 1, 2, 3]);
  for (const end of ends) end();
  expect(await Promise.all([jobs[2], jobs[3]])).toEqual([2, 3]);
});
