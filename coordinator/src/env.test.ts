import { describe, expect, it } from 'vitest';
import { EnvError, parseEnv } from './env.js';

const GOOD = { DATABASE_URL: 'postgres://u@127.0.0.1/adt', ADT_TOKEN: 't'.repeat(43) };

function messageOf(env: Record<string, string | undefined>): string {
  try {
    parseEnv(env);
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseEnv', () => {
  it('needs a database and a token, and has loopback defaults for the rest', () => {
    expect(parseEnv(GOOD)).toMatchObject({
      natsUrl: '',
      grpcListen: '127.0.0.1:7070',
      liveListen: '127.0.0.1:7071',
      liveOrigins: [],
      parentWatch: false,
      tunables: { leaseTtlMs: 30_000, heartbeatMs: 5_000 },
    });
  });

  it('names every variable that is missing or off, and never shows a secret', () => {
    const message = messageOf({ ADT_TOKEN: 'secret', ADT_GRPC_LISTEN: 'nowhere' });
    expect(message.split('\n')).toEqual([
      'DATABASE_URL: must be set',
      'ADT_TOKEN: must have at least 32 characters',
      'ADT_GRPC_LISTEN: must be host:port',
    ]);
    expect(message).not.toContain('secret');
  });

  it('takes an empty variable for an absent one', () => {
    expect(messageOf({ ...GOOD, ADT_TOKEN: '' })).toBe('ADT_TOKEN: must be set');
    expect(parseEnv({ ...GOOD, ADT_LEASE_TTL_MS: '' }).tunables.leaseTtlMs).toBe(30_000);
  });

  it('refuses to listen in the open without encryption, unless told that somebody else encrypts', () => {
    const open = { ...GOOD, ADT_GRPC_LISTEN: '0.0.0.0:7070' };
    expect(messageOf(open)).toMatch(/^ADT_GRPC_LISTEN: 0\.0\.0\.0 is not loopback/);
    expect(parseEnv({ ...open, ADT_INSECURE_LISTEN: '1' }).grpcListen).toBe('0.0.0.0:7070');
  });

  it('comes to NATS by one token or as a user with a password, never half of it', () => {
    expect(parseEnv({ ...GOOD, ADT_NATS_TOKEN: 't' }).nats).toMatchObject({ token: 't', user: '' });
    const user = { ADT_NATS_USER: 'coordinator', ADT_NATS_PASSWORD: 'p' };
    expect(parseEnv({ ...GOOD, ...user, ADT_NATS_TOKEN: 't' }).nats).toEqual({
      token: '',
      user: 'coordinator',
      password: 'p',
      inboxPrefix: '_INBOX_coordinator',
    });
    expect(messageOf({ ...GOOD, ADT_NATS_USER: 'coordinator' })).toMatch(/^ADT_NATS_USER: belongs together/);
    expect(messageOf({ ...GOOD, ADT_NATS_WORKER_SECRET: 'short' })).toBe(
      'ADT_NATS_WORKER_SECRET: must have at least 32 characters',
    );
  });

  it('migrates by another role where it is given one', () => {
    expect(parseEnv(GOOD).migratorUrl).toBe('');
    const message = messageOf({ ...GOOD, ADT_MIGRATOR_URL: 'mysql://me:secret@h/d' });
    expect(message).toMatch(/^ADT_MIGRATOR_URL: must begin with postgres/);
    expect(message).not.toContain('secret');
  });

  it('takes timings, and refuses those that cannot work', () => {
    const quick = { ...GOOD, ADT_LEASE_TTL_MS: '3000', ADT_HEARTBEAT_MS: '500' };
    expect(parseEnv(quick).tunables).toMatchObject({ leaseTtlMs: 3_000, heartbeatMs: 500, reapEveryMs: 300 });
    expect(messageOf({ ...GOOD, ADT_LEASE_TTL_MS: '3000' })).toMatch(/at least twice ADT_HEARTBEAT_MS/);
    expect(messageOf({ ...GOOD, ADT_HEARTBEAT_MS: '5s' })).toMatch(/^ADT_HEARTBEAT_MS: must be milliseconds/);
    expect(messageOf({ ...GOOD, ADT_LEADER_TTL_MS: '6000' })).toMatch(/at least twice ADT_LEADER_RENEW_MS/);
  });

  it('splits the origins', () => {
    const origins = ' http://127.0.0.1:3000,http://localhost:3000 ';
    expect(parseEnv({ ...GOOD, ADT_LIVE_ORIGINS: origins }).liveOrigins).toEqual([
      'http://127.0.0.1:3000',
      'http://localhost:3000',
    ]);
  });
});
