import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type Exit, StartFailure } from './runningProcess.js';
import { type Keepable, keepRunning } from './supervisor.js';
import { RESTART_LAST_MS, RESTART_TRIES } from './tunables.js';

/** A process of paper: it ends when the test says so. */
class Paper implements Keepable {
  readonly stop = vi.fn(async () => this.end({ code: 0, signal: null }));
  readonly kill = vi.fn();
  readonly exited: Promise<Exit>;
  end!: (exit: Exit) => void;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

const KILLED: Exit = { code: null, signal: 'SIGKILL' };

/** Time is written down, not waited for. */
function keep(start: () => Promise<Paper>) {
  const said: string[] = [];
  const waits: number[] = [];
  const stopping = new AbortController();
  const wait = async (ms: number) => void waits.push(ms);
  const say = (line: string) => void said.push(line);
  const kept = keepRunning({ name: 'worker', start, say, wait, signal: stopping.signal });
  return { kept, said, waits, stopping };
}

test('a process that dies is started again, and what it held is freed first', async () => {
  const [first, second] = [new Paper(), new Paper()];
  const start = vi.fn<() => Promise<Paper>>().mockResolvedValueOnce(first).mockResolvedValueOnce(second);
  const { kept, said } = keep(start);
  const running = await kept;
  first.end(KILLED);
  await turn();
  expect(first.stop).toHaveBeenCalledOnce();
  expect(running.current()).toBe(second);
  expect(said).toEqual(['worker ended (killed by SIGKILL); starting it again', 'worker is back']);
});

test('a process whose first start fails is not started again', async () => {
  const start = vi.fn<() => Promise<Paper>>().mockRejectedValue(new StartFailure('no', 'worker', []));
  await expect(keep(start).kept).rejects.toThrow('no');
  expect(start).toHaveBeenCalledOnce();
});

test('a process that can not be started again is lost after a few tries', async () => {
  const first = new Paper();
  const failure = new StartFailure('worker ended while starting', 'worker', ['port taken']);
  const start = vi.fn<() => Promise<Paper>>().mockResolvedValueOnce(first).mockRejectedValue(failure);
  const running = await keep(start).kept;
  const lost = expect(running.lost).rejects.toBe(failure);
  first.end(KILLED);
  await turn();
  await lost;
  expect(start).toHaveBeenCalledTimes(1 + RESTART_TRIES);
});

test('waits grow to a bound while a process keeps dying', async () => {
  const papers: Paper[] = [];
  const start = async () => {
    const paper = new Paper();
    papers.push(paper);
    return paper;
  };
  const { kept, waits } = keep(start);
  await kept;
  for (let round = 0; round < 8; round += 1) {
    papers.at(-1)?.end(KILLED);
    await turn();
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, RESTART_LAST_MS, RESTART_LAST_MS, RESTART_LAST_MS]);
});

test('an end that was asked for is no death', async () => {
  const only = new Paper();
  const start = vi.fn<() => Promise<Paper>>().mockResolvedValue(only);
  const { kept, said } = keep(start);
  const running = await kept;
  await running.stop();
  await turn();
  expect(start).toHaveBeenCalledOnce();
  expect(said).toEqual([]);
});

test('a stop waits for a successor that is just starting to be taken down', async () => {
  const first = new Paper();
  let takeDown = () => {};
  const start = vi
    .fn<() => Promise<Paper>>()
    .mockResolvedValueOnce(first)
    .mockReturnValueOnce(
      new Promise((_, reject) => {
        takeDown = () => reject(new Error('stopped while starting'));
      }),
    );
  const running = await keep(start).kept;
  first.end(KILLED);
  await turn();
  expect(start).toHaveBeenCalledTimes(2);
  let stopped = false;
  const stop = running.stop().then(() => {
    stopped = true;
  });
  await turn();
  expect(stopped).toBe(false);
  takeDown();
  await stop;
});

test('nothing is started again once the launcher is stopping', async () => {
  const only = new Paper();
  const start = vi.fn<() => Promise<Paper>>().mockResolvedValue(only);
  const { kept, stopping } = keep(start);
  await kept;
  stopping.abort();
  only.end(KILLED);
  await turn();
  expect(start).toHaveBeenCalledOnce();
});
