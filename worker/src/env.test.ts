import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnv } from './env.js';
import { EnvError } from './envError.js';

const TOKEN = 'a'.repeat(32);
const least = { ADT_COORDINATOR: '127.0.0.1:7000', ADT_TOKEN: TOKEN };

describe('parseEnv', () => {
  it('fills every default from the number of cores', () => {
    expect(parseEnv({ ...least, ADT_DATA_DIR: '/data' }, 40)).toEqual({
      coordinator: '127.0.0.1:7000',
      token: TOKEN,
      tls: null,
      dataDir: '/data',
      pool: 'default',
      slots: 16,
      threadsPerSlot: 2,
      slotMemoryBytes: expect.any(Number),
      parentWatch: false,
      checkpointSeconds: 60,
      drainSeconds: 60,
      spoolCapBytes: 256 * 1024 * 1024,
      metricsListen: null,
    });
  });

  it('gives each slot at least one thread when there are more slots than cores', () => {
    expect(parseEnv({ ...least, ADT_SLOTS: '8' }, 2)).toMatchObject({ slots: 8, threadsPerSlot: 1 });
  });

  it('shares the memory there is among the slots, unless it is said what a slot has', () => {
    const bytes = (slots: string) => parseEnv({ ...least, ADT_SLOTS: slots }).slotMemoryBytes;
    expect(bytes('1')).toBeGreaterThan(2 ** 27);
    expect(bytes('4')).toBe(Math.floor(bytes('1') / 4));
    expect(parseEnv({ ...least, ADT_SLOT_MEMORY_BYTES: '1024' }).slotMemoryBytes).toBe(1024);
  });

  it('reads the token from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adt-env-'));
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const env = { ADT_COORDINATOR: 'c:1', ADT_TOKEN_FILE: file, ADT_TOKEN: '' };
    expect(parseEnv(env).token).toBe(TOKEN);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ ADT_COORDINATOR: undefined }, 'ADT_COORDINATOR: is required, say 127.0.0.1:7443'],
    [{ ADT_COORDINATOR: 'nowhere' }, 'ADT_COORDINATOR: must be host:port'],
    [{ ADT_TOKEN: undefined }, 'ADT_TOKEN: is required (or ADT_TOKEN_FILE, a file that holds it)'],
    [{ ADT_TOKEN: 'short' }, 'ADT_TOKEN: must be at least 32 characters (got 5)'],
    [{ ADT_TOKEN: undefined, ADT_TOKEN_FILE: '/nowhere/token' }, 'ADT_TOKEN_FILE: ENOENT'],
    [{ ADT_SLOTS: '0' }, 'ADT_SLOTS: must be a whole number from 1 to 256'],
    [{ ADT_SLOTS: '2.5' }, 'ADT_SLOTS: must be a whole number from 1 to 256'],
    [{ ADT_SLOTS: '257' }, 'ADT_SLOTS: must be at most 256'],
    [{ ADT_SLOT_MEMORY_BYTES: '2GB' }, 'ADT_SLOT_MEMORY_BYTES: must be a number of bytes'],
    [{ ADT_POOL: 'A*' }, 'ADT_POOL: must be 1-32 of a-z 0-9 -'],
    [{ ADT_PARENT_WATCH: 'yes' }, 'ADT_PARENT_WATCH: must be 0 or 1'],
  ])('refuses %o with what, where and the limit', (change, message) => {
    const parse = () => parseEnv({ ...least, ...change });
    expect(parse).toThrow(EnvError);
    expect(parse).toThrow(message);
  });

  it('names everything that is off at once', () => {
    expect(() => parseEnv({ ...least, ADT_SLOTS: 'x', ADT_POOL: '' })).toThrow(/^ADT_SLOTS[^;]*$/);
    expect(() => parseEnv({ ...least, ADT_SLOTS: 'x', ADT_POOL: '*' })).toThrow(/ADT_POOL.*ADT_SLOTS/);
  });

  it('never says the token', () => {
    const secret = 'not-long-enough-secret';
    expect(() => parseEnv({ ...least, ADT_TOKEN: secret })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret) }),
    );
  });
});
