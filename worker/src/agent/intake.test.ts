import { describe, expect, it } from 'vitest';
import { Intake } from './intake.js';

describe('the intake of trials', () => {
  it('is open at first, aborts who waits for a trial when it shuts, and lets nobody in until it opens', async () => {
    const intake = new Intake();
    const end = new AbortController().signal;
    const first = await intake.opened(end);
    expect(first?.aborted).toBe(false);

    expect(intake.set(true)).toBe(true);
    expect(first?.aborted).toBe(true);
    let isIn = false;
    const second = intake.opened(end).then((signal) => {
      isIn = true;
      return signal;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);

    expect(intake.set(true)).toBe(false);
    expect(intake.set(false)).toBe(true);
    expect((await second)?.aborted).toBe(false);
  });

  it('lets who waits go when the worker ends', async () => {
    const intake = new Intake();
    intake.set(true);
    const end = new AbortController();
    const waiting = intake.opened(end.signal);
    end.abort();
    expect(await waiting).toBeNull();
    expect(await intake.opened(end.signal)).toBeNull();
  });
});
