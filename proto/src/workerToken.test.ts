import { describe, expect, it } from 'vitest';
import { hashOfSecret, newWorkerToken, parseWorkerToken, workerIdOf, workerNameOf } from './workerToken.js';

describe('a worker token', () => {
  it('says whose it is and carries 256 random bits', () => {
    const { token, secret, name } = newWorkerToken('gpu-1');
    expect(parseWorkerToken(token)).toEqual({ name: 'gpu-1', secret });
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(newWorkerToken(name).token).not.toBe(token);
    expect(hashOfSecret(secret)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is nothing else', () => {
    const secret = 's'.repeat(43);
    for (const text of [
      '',
      secret,
      `adtw.${secret}`,
      `adtw..${secret}`,
      `adtw.-a.${secret}`,
      `adtw.a.${secret}x`,
    ])
      expect(parseWorkerToken(text), text).toBeNull();
  });
});

describe('a worker id', () => {
  it('names one worker only, however names overlap', () => {
    expect(workerNameOf(workerIdOf('a', '0123abcd'))).toBe('a');
    expect(workerNameOf('a-0123abcd-0123abcd')).toBe('a-0123abcd');
    for (const id of ['a', 'a-0123abc', 'a-0123ABCD', '-0123abcd', 'a-0123abcd '])
      expect(workerNameOf(id)).toBeNull();
  });
});
