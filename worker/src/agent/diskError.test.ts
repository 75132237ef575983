import { describe, expect, it } from 'vitest';
import { isDiskError } from './diskError.js';

const withCode = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'write' });

describe('a disk error', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'])('is %s', (code) => {
    expect(isDiskError(withCode(code))).toBe(true);
  });

  it('is known behind another one', () => {
    expect(isDiskError(new Error('not written', { cause: withCode('ENOSPC') }))).toBe(true);
  });

  it.each([withCode('ECONNRESET'), withCode('ENOENT'), new Error('NATS is away'), 'ENOSPC', undefined])(
    'is not %s',
    (error) => {
      expect(isDiskError(error)).toBe(false);
    },
  );
});
