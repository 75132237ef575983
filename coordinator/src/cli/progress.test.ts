import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startProgress } from './progress.js';

/** What a terminal, or a pipe, was sent. */
class Recorded extends Writable {
  text = '';
  readonly columns = 80;
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('the progress bar', () => {
  it('shows label, share and detail on a terminal, and wipes its line at the end', () => {
    const terminal = new Recorded(true);
    const progress = startProgress('reading', terminal);
    progress.update(0.5, 'line 7');
    expect(terminal.text).toMatch(/^\r.*reading.* 50 % {2}.* left {2}line 7$/);
    progress.clear();
    expect(terminal.text.endsWith('\r\x1b[2K')).toBe(true);
  });

  it('says what the caller knows of the time left in place of its own guess', () => {
    const terminal = new Recorded(true);
    startProgress('sweep 3', terminal).update(0.5, '2 of 4 done', 'about 12 min left');
    expect(terminal.text).toMatch(/ 50 % {2}about 12 min left {2}2 of 4 done$/);
  });

  it('draws at most ten times a second, and always the end', () => {
    const terminal = new Recorded(true);
    const progress = startProgress('reading', terminal);
    for (let step = 0; step < 1000; step++) progress.update(step / 1000);
    progress.update(1);
    const drawn = terminal.text.split('\r').length - 1;
    expect(drawn).toBeLessThan(10);
    expect(terminal.text).toContain('100 %');
  });

  it('is silent in a pipe', () => {
    const pipe = new Recorded(false);
    const progress = startProgress('reading', pipe);
    progress.update(0.5);
    progress.clear();
    expect(pipe.text).toBe('');
  });
});
